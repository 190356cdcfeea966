// SPDX-License-Identifier: MIT
pragma solidity 0.8.30;

import {IERC20} from "@openzeppelin/contracts/token/ERC20/IERC20.sol";
import {IERC20Metadata} from "@openzeppelin/contracts/token/ERC20/extensions/IERC20Metadata.sol";
import {SafeERC20} from "@openzeppelin/contracts/token/ERC20/utils/SafeERC20.sol";
import {SafeCast} from "@openzeppelin/contracts/utils/math/SafeCast.sol";
import {SignedMath} from "@openzeppelin/contracts/utils/math/SignedMath.sol";
import {IPerpVenue} from "../interfaces/IPerpVenue.sol";
import {IPriceGuard} from "../interfaces/IPriceGuard.sol";

/// @notice Conditions of a local perpetual contract.
/// @param costBps distance of every trade from the mark, against the trader: half the spread and the fee
/// @param initialBps margin that a growing position and a withdrawal leave, as a share of the notional
/// @param maintenanceBps margin below which anybody may liquidate
/// @param penaltyBps share of the notional that a liquidation takes
/// @param fundingBpsPerDay what a long pays a short in a day, as a share of the notional; negative the other way round
struct PerpTerms {
    uint16 costBps;
    uint16 initialBps;
    uint16 maintenanceBps;
    uint16 penaltyBps;
    int16 fundingBpsPerDay;
}

/// @title Perpetual contract for local networks: marks at the checked spot price, against a pool of tokens that lie here
/// @notice Never for a public network: the pool is whoever sent tokens here, and gains beyond it are not paid.
contract TestPerp is IPerpVenue {
    using SafeERC20 for IERC20;

    /// @notice Cash is margin, less what was paid for the position and for funding; may be negative beside a position.
    struct Account {
        int256 sizeE8;
        int256 cash;
        int256 fundingE8;
    }

    int256 private constant BPS = 10_000;
    int256 private constant DAY = 1 days;
    int256 private constant SIZE_TIMES_PRICE = 1e16;

    /// @inheritdoc IPerpVenue
    address public immutable MARGIN_TOKEN;
    IPriceGuard private immutable _GUARD;
    uint24 private immutable _MARKET_ID;
    int256 private immutable _UNIT;
    PerpTerms private _terms;
    /// @dev Funding of one long contract since the beginning, 1e-8 USD, and when it was last added to.
    int256 private _fundingE8;
    uint256 private _fundedAt;
    mapping(address owner => Account) private _accounts;

    /// @notice A position changed; of a liquidation the price is the mark.
    event PerpTraded(address indexed owner, int256 sizeE8, uint256 priceE8, int256 positionE8);
    /// @notice Margin arrived (positive) or left.
    event PerpMarginMoved(address indexed owner, int256 amount);

    /// @notice The price is beyond the caller's limit.
    error PerpPriceBeyondLimit(uint256 priceE8, uint256 limitPriceE8);
    /// @notice The equity would be, or is, too small.
    error PerpMarginTooLow(int256 equity, int256 required);
    /// @notice The account has enough margin.
    error PerpHealthy(int256 equity, int256 required);
    /// @notice Nothing to trade.
    error PerpSizeZero();

    constructor(IPriceGuard guard, uint24 marketId, IERC20Metadata marginToken, PerpTerms memory terms) {
        (_GUARD, _MARKET_ID, MARGIN_TOKEN) = (guard, marketId, address(marginToken));
        _UNIT = SafeCast.toInt256(10 ** marginToken.decimals());
        (_terms, _fundedAt) = (terms, block.timestamp);
    }

    /// @inheritdoc IPerpVenue
    function depositMargin(uint256 amount) external {
        int256 units = SafeCast.toInt256(amount);
        _accounts[msg.sender].cash += units;
        emit PerpMarginMoved(msg.sender, units);
        IERC20(MARGIN_TOKEN).safeTransferFrom(msg.sender, address(this), amount);
    }

    /// @inheritdoc IPerpVenue
    function withdrawMargin(uint256 amount) external {
        int256 units = SafeCast.toInt256(amount);
        Account storage account = _settled(msg.sender);
        account.cash -= units;
        _requireMargin(account, markE8());
        emit PerpMarginMoved(msg.sender, -units);
        IERC20(MARGIN_TOKEN).safeTransfer(msg.sender, amount);
    }

    /// @inheritdoc IPerpVenue
    function trade(int256 sizeE8, uint256 limitPriceE8) external returns (uint256 priceE8) {
        if (sizeE8 == 0) revert PerpSizeZero();
        uint256 mark = markE8();
        uint256 cost = (mark * _terms.costBps) / uint256(BPS);
        priceE8 = sizeE8 > 0 ? mark + cost : mark - cost;
        bool isBeyond = sizeE8 > 0 ? priceE8 > limitPriceE8 : priceE8 < limitPriceE8;
        if (isBeyond) revert PerpPriceBeyondLimit(priceE8, limitPriceE8);
        Account storage account = _settled(msg.sender);
        int256 before = account.sizeE8;
        account.cash -= _unitsUp(sizeE8, SafeCast.toInt256(priceE8));
        account.sizeE8 = before + sizeE8;
        emit PerpTraded(msg.sender, sizeE8, priceE8, account.sizeE8);
        // Whoever shrinks a position is always let out.
        bool shrinks = SignedMath.abs(account.sizeE8) < SignedMath.abs(before);
        if (!shrinks) _requireMargin(account, mark);
    }

    /// @notice Closes a position whose margin no longer holds at the mark, for the penalty. Anyone.
    function liquidate(address owner) external {
        Account storage account = _settled(owner);
        uint256 mark = markE8();
        int256 notional = _notional(account, mark);
        int256 equity = _equity(account, mark);
        int256 required = (notional * int256(uint256(_terms.maintenanceBps))) / BPS;
        if (equity >= required) revert PerpHealthy(equity, required);
        int256 penalty = (notional * int256(uint256(_terms.penaltyBps))) / BPS;
        // What is missing is the pool's loss.
        account.cash = SignedMath.max(equity - penalty, 0);
        emit PerpTraded(owner, -account.sizeE8, mark, 0);
        account.sizeE8 = 0;
    }

    /// @inheritdoc IPerpVenue
    function positionOf(address owner) external view returns (int256 sizeE8) {
        return _accounts[owner].sizeE8;
    }

    /// @inheritdoc IPerpVenue
    function equityOf(address owner) external view returns (int256 equity) {
        Account memory account = _accounts[owner];
        account.cash -= _unitsUp(account.sizeE8, _fundingNowE8() - account.fundingE8);
        return _equity(account, markE8());
    }

    /// @inheritdoc IPerpVenue
    function markE8() public view returns (uint256 priceE8) {
        (priceE8, ) = _GUARD.spotE8(_MARKET_ID);
    }

    function _settled(address owner) private returns (Account storage account) {
        (_fundingE8, _fundedAt) = (_fundingNowE8(), block.timestamp);
        account = _accounts[owner];
        account.cash -= _unitsUp(account.sizeE8, _fundingE8 - account.fundingE8);
        account.fundingE8 = _fundingE8;
    }

    function _requireMargin(Account memory account, uint256 mark) private view {
        int256 equity = _equity(account, mark);
        int256 required = (_notional(account, mark) * int256(uint256(_terms.initialBps))) / BPS;
        if (equity < required) revert PerpMarginTooLow(equity, required);
    }

    function _fundingNowE8() private view returns (int256 fundingE8) {
        if (_terms.fundingBpsPerDay == 0) return _fundingE8;
        int256 elapsed = SafeCast.toInt256(block.timestamp - _fundedAt);
        return _fundingE8 + (SafeCast.toInt256(markE8()) * _terms.fundingBpsPerDay * elapsed) / (BPS * DAY);
    }

    function _equity(Account memory account, uint256 mark) private view returns (int256 equity) {
        return account.cash - _unitsUp(-account.sizeE8, SafeCast.toInt256(mark));
    }

    function _notional(Account memory account, uint256 mark) private view returns (int256 notional) {
        return _unitsUp(SafeCast.toInt256(SignedMath.abs(account.sizeE8)), SafeCast.toInt256(mark));
    }

    /// @dev Token units of contracts at a price, rounded up, so against the trader wherever they are paid.
    function _unitsUp(int256 sizeE8, int256 priceE8) private view returns (int256 units) {
        int256 product = sizeE8 * priceE8 * _UNIT;
        units = product / SIZE_TIMES_PRICE;
        if (product > 0 && product % SIZE_TIMES_PRICE != 0) ++units;
    }
}
