// SPDX-License-Identifier: MIT
pragma solidity 0.8.30;

import {AccessManaged} from "@openzeppelin/contracts/access/manager/AccessManaged.sol";
import {IERC20} from "@openzeppelin/contracts/token/ERC20/IERC20.sol";
import {SafeERC20} from "@openzeppelin/contracts/token/ERC20/utils/SafeERC20.sol";
import {ReentrancyGuardTransient} from "@openzeppelin/contracts/utils/ReentrancyGuardTransient.sol";
import {IOptionToken} from "../interfaces/IOptionToken.sol";
import {IOptionVault} from "../interfaces/IOptionVault.sol";
import {IPriceGuard} from "../interfaces/IPriceGuard.sol";
import {IRiskOracle} from "../interfaces/IRiskOracle.sol";
import {ISettlementOracle} from "../interfaces/ISettlementOracle.sol";
import {MarginMath, Payoff} from "../libraries/MarginMath.sol";
import {Series, SeriesId} from "../libraries/SeriesId.sol";
import {ClassGrid, LiquidationSettings, Market, SeriesState, ShortPosition} from "../types/VaultTypes.sol";

/// @title State of the vault and the steps that every part of it takes
abstract contract VaultStorage is IOptionVault, AccessManaged, ReentrancyGuardTransient {
    using SafeERC20 for IERC20;

    /// @dev A series with what its market says about its collateral.
    struct Terms {
        Series series;
        IERC20 token;
        uint256 decimals;
        uint256 minCollateral;
        bool live;
    }

    int256 internal constant HEALTHY_WAD = int256(MarginMath.WAD);

    /// @inheritdoc IOptionVault
    IOptionToken public immutable TOKEN;
    /// @inheritdoc IOptionVault
    IRiskOracle public immutable RISK_ORACLE;
    /// @inheritdoc IOptionVault
    IPriceGuard public immutable PRICE_GUARD;
    /// @inheritdoc IOptionVault
    ISettlementOracle public immutable SETTLEMENT_ORACLE;

    /// @inheritdoc IOptionVault
    uint24 public marketCount;
    uint256 internal _positionCount;
    LiquidationSettings internal _settings;
    mapping(uint24 marketId => Market) internal _markets;
    mapping(uint24 marketId => ClassGrid) internal _grids;
    mapping(uint256 positionId => ShortPosition) internal _positions;
    mapping(uint256 seriesId => SeriesState) internal _series;
    mapping(address token => mapping(address account => uint256)) internal _claims;

    function _termsOf(uint256 seriesId) internal view returns (Terms memory terms) {
        terms.series = SeriesId.decode(seriesId);
        Market storage stored = _markets[terms.series.marketId];
        if (stored.quote == address(0)) revert VaultMarketUnknown(terms.series.marketId);
        bool isPut = terms.series.isPut;
        terms.token = IERC20(isPut ? stored.quote : stored.base);
        terms.decimals = isPut ? stored.quoteDecimals : stored.baseDecimals;
        terms.minCollateral = isPut ? stored.minQuote : stored.minBase;
        terms.live = stored.live;
    }

    function _payoffAt(Terms memory terms, uint256 priceE8) internal pure returns (Payoff memory payoff) {
        return MarginMath.payoffAt(terms.series.isPut, terms.series.strikeE8, priceE8, terms.decimals);
    }

    function _payoffNow(Terms memory terms) internal view returns (Payoff memory payoff) {
        (uint64 spotE8, ) = PRICE_GUARD.spotE8(terms.series.marketId);
        return _payoffAt(terms, spotE8);
    }

    function _health(
        ShortPosition storage position,
        Payoff memory payoff,
        uint256 rhoBps
    ) internal view returns (int256 healthWad) {
        return MarginMath.healthWadDown(payoff, position.sizeE8, position.collateral, rhoBps);
    }

    function _activePosition(uint256 positionId) internal view returns (ShortPosition storage position) {
        position = _positions[positionId];
        if (position.sizeE8 == 0) revert VaultPositionInactive(positionId);
    }

    function _requireBeforeExpiry(uint256 seriesId, Series memory series) internal view {
        if (block.timestamp >= series.expiry) revert VaultSeriesExpired(seriesId, series.expiry);
    }

    /// @dev Zero is refused too: a call that changes nothing is a mistake of the caller.
    function _requireAmount(uint256 amount, uint256 limit) internal pure {
        if (amount == 0 || amount > limit) revert VaultAmountInvalid(amount, limit);
    }

    function _requireReceiver(address to) internal pure {
        if (to == address(0)) revert VaultReceiverZero();
    }

    /// @dev Ends an auction; the caller has shown that health is at least 1.
    function _clearFlag(uint256 positionId, ShortPosition storage position) internal {
        if (position.flaggedAt == 0) return;
        (position.flaggedAt, position.flagPiBps) = (0, 0);
        emit PositionUnflagged(positionId);
    }

    /// @dev Writes size and collateral of a position and moves the sums of its series by the difference. A position left
    /// without size is forgotten by the oracle.
    function _resize(uint256 positionId, ShortPosition storage position, uint256 sizeE8, uint256 collateral) internal {
        SeriesState storage state = _series[position.seriesId];
        state.shortOiE8 = uint96(uint256(state.shortOiE8) + sizeE8 - position.sizeE8);
        state.collateral = uint128(uint256(state.collateral) + collateral - position.collateral);
        // Both were checked against these widths when they grew, and every other call only lowers them.
        position.sizeE8 = uint80(sizeE8);
        position.collateral = uint112(collateral);
        if (sizeE8 != 0) return;
        (position.flaggedAt, position.flagPiBps) = (0, 0);
        --state.unsettledCount;
        RISK_ORACLE.retirePosition(positionId);
    }

    function _credit(IERC20 token, address account, uint256 amount) internal {
        if (amount == 0) return;
        _claims[address(token)][account] += amount;
        emit Credited(address(token), account, amount);
    }

    function _pull(IERC20 token, uint256 amount) internal {
        uint256 before = token.balanceOf(address(this));
        token.safeTransferFrom(msg.sender, address(this), amount);
        uint256 received = token.balanceOf(address(this)) - before;
        if (received != amount) revert VaultTokenReceivedMismatch(address(token), received, amount);
    }

    /// @dev Some tokens refuse transfers of zero.
    function _push(IERC20 token, address to, uint256 amount) internal {
        if (amount != 0) token.safeTransfer(to, amount);
    }
}
