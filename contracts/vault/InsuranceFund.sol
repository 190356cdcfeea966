// SPDX-License-Identifier: MIT
pragma solidity 0.8.30;

import {AccessManaged} from "@openzeppelin/contracts/access/manager/AccessManaged.sol";
import {ERC20} from "@openzeppelin/contracts/token/ERC20/ERC20.sol";
import {IERC20} from "@openzeppelin/contracts/token/ERC20/IERC20.sol";
import {ERC4626, IERC4626} from "@openzeppelin/contracts/token/ERC20/extensions/ERC4626.sol";
import {SafeERC20} from "@openzeppelin/contracts/token/ERC20/utils/SafeERC20.sol";
import {Math} from "@openzeppelin/contracts/utils/math/Math.sol";
import {SafeCast} from "@openzeppelin/contracts/utils/math/SafeCast.sol";
import {ReentrancyGuardTransient} from "@openzeppelin/contracts/utils/ReentrancyGuardTransient.sol";
import {IInsuranceFund} from "../interfaces/IInsuranceFund.sol";
import {IOptionVault} from "../interfaces/IOptionVault.sol";
import {SettlementMath} from "../libraries/SettlementMath.sol";
import {FundLimits} from "./FundLimits.sol";
import {CoverStatus, ExitTicket, FundSettings, SeriesCover} from "../types/FundTypes.sol";

/// @title Insurance fund of one collateral token
contract InsuranceFund is IInsuranceFund, ERC4626, AccessManaged, ReentrancyGuardTransient {
    using SafeERC20 for IERC20;

    uint256 private constant EXPIRY_SECOND_OF_DAY = 8 hours;
    /// @dev Virtual shares: a donation to an empty fund is shared with a million of them.
    uint8 private constant SHARE_DECIMALS_MORE = 6;

    /// @inheritdoc IInsuranceFund
    address public immutable VAULT;

    FundSettings private _settings;
    uint128 private _assets;
    uint128 private _reserved;
    uint128 private _receivable;
    uint32 private _openSeries;
    mapping(address owner => ExitTicket) private _tickets;
    mapping(uint256 seriesId => SeriesCover) private _covers;

    modifier onlyVault() {
        if (msg.sender != VAULT) revert FundOnlyVault(msg.sender);
        _;
    }

    /// @param authority the access manager
    /// @param vault the vault that may spend the assets; its series expire at 08:00 UTC
    constructor(
        address authority,
        address vault,
        IERC20 asset_,
        FundSettings memory initialSettings,
        string memory name_,
        string memory symbol_
    ) ERC20(name_, symbol_) ERC4626(asset_) AccessManaged(authority) {
        VAULT = vault;
        _setSettings(initialSettings);
    }

    /// @inheritdoc IInsuranceFund
    function requestExit(uint256 shares) external nonReentrant {
        ExitTicket memory ticket = _tickets[msg.sender];
        uint256 total = ticket.shares + shares;
        if (total == 0) revert FundNoTicket(msg.sender);
        if (total > type(uint128).max) revert FundSharesTooMany(total);
        uint256 from = block.timestamp + _settings.coolDownSec;
        // Times beyond 40 bits are 34 000 years away.
        _setTicket(msg.sender, ExitTicket(uint128(total), uint40(from), uint40(from + _settings.exitWindowSec)));
        if (shares != 0) _transfer(msg.sender, address(this), shares);
    }

    /// @inheritdoc IInsuranceFund
    function cancelExit() external nonReentrant {
        uint256 shares = _tickets[msg.sender].shares;
        if (shares == 0) revert FundNoTicket(msg.sender);
        _setTicket(msg.sender, ExitTicket(0, 0, 0));
        _transfer(address(this), msg.sender, shares);
    }

    /// @inheritdoc IInsuranceFund
    function collect() external nonReentrant returns (uint256 fees) {
        uint256 before = IERC20(asset()).balanceOf(address(this));
        uint256 amount = IOptionVault(VAULT).claim(asset(), address(this));
        uint256 received = IERC20(asset()).balanceOf(address(this)) - before;
        if (received != amount) revert FundReceivedMismatch(received, amount);
        // What the vault owes back is counted among the assets already; it is credited before it is booked here.
        fees = amount - _receivable;
        _receivable = 0;
        _assets = SafeCast.toUint128(_assets + fees);
        emit FundAssetsSet(_assets, _reserved, _receivable);
        emit FeesCollected(fees);
    }

    /// @inheritdoc IInsuranceFund
    function contribute(uint256 amount) external nonReentrant {
        _transferIn(msg.sender, amount);
    }

    /// @inheritdoc IInsuranceFund
    function suspendFor(uint256 seriesId) external onlyVault nonReentrant {
        SeriesCover storage cover = _covers[seriesId];
        _open(seriesId, cover);
        emit SeriesCoverSet(seriesId, cover);
    }

    /// @inheritdoc IInsuranceFund
    function reserve(uint256 seriesId, uint256 amount) external onlyVault nonReentrant {
        SeriesCover storage cover = _covers[seriesId];
        _open(seriesId, cover);
        if (cover.reserved != 0) revert FundReservedAlready(seriesId, cover.reserved);
        uint256 limit = reservationLimit();
        if (amount > limit) revert FundReservationTooLarge(seriesId, amount, limit);
        // At most half the assets, which have 128 bits; a cover of more than 120 bits is refused.
        cover.reserved = SafeCast.toUint120(amount);
        _reserved += uint128(amount);
        emit SeriesCoverSet(seriesId, cover);
        emit FundAssetsSet(_assets, _reserved, _receivable);
        IERC20(asset()).safeTransfer(VAULT, amount);
    }

    /// @inheritdoc IInsuranceFund
    function coverSeries(
        uint256 seriesId,
        uint256 shortfall
    ) external onlyVault nonReentrant returns (uint256 paid, uint256 owedBack) {
        SeriesCover memory cover = _covers[seriesId];
        if (cover.status == CoverStatus.DONE) revert FundSeriesClosed(seriesId);
        if (cover.status == CoverStatus.OPEN) --_openSeries;
        uint256 lent = cover.reserved;
        if (lent != 0) {
            paid = Math.min(shortfall, lent);
            owedBack = lent - paid;
            _reserved -= uint128(lent);
            _receivable += uint128(owedBack);
        } else {
            paid = SettlementMath.coverDown(shortfall, _freeAssets(), _seriesCap());
        }
        _assets -= uint128(paid);
        _covers[seriesId] = cover = SeriesCover(0, SafeCast.toUint120(paid), CoverStatus.DONE);
        emit SeriesCoverSet(seriesId, cover);
        emit FundAssetsSet(_assets, _reserved, _receivable);
        if (lent == 0 && paid != 0) IERC20(asset()).safeTransfer(VAULT, paid);
    }

    /// @inheritdoc IInsuranceFund
    function setSettings(FundSettings calldata newSettings) external restricted {
        _setSettings(newSettings);
    }

    /// @inheritdoc IInsuranceFund
    function settings() external view returns (FundSettings memory current) {
        return _settings;
    }

    /// @inheritdoc IInsuranceFund
    function exitTicket(address owner) external view returns (ExitTicket memory ticket) {
        return _tickets[owner];
    }

    /// @inheritdoc IInsuranceFund
    function seriesCover(uint256 seriesId) external view returns (SeriesCover memory cover) {
        return _covers[seriesId];
    }

    /// @inheritdoc IInsuranceFund
    function reserved() external view returns (uint256 amount) {
        return _reserved;
    }

    /// @inheritdoc IInsuranceFund
    function receivable() external view returns (uint256 amount) {
        return _receivable;
    }

    /// @inheritdoc IInsuranceFund
    function openSeries() external view returns (uint256 count) {
        return _openSeries;
    }

    /// @inheritdoc IERC4626
    function deposit(
        uint256 assets,
        address receiver
    ) public override(ERC4626, IERC4626) nonReentrant returns (uint256) {
        return super.deposit(assets, receiver);
    }

    /// @inheritdoc IERC4626
    function mint(uint256 shares, address receiver) public override(ERC4626, IERC4626) nonReentrant returns (uint256) {
        return super.mint(shares, receiver);
    }

    /// @inheritdoc IERC4626
    function withdraw(
        uint256 assets,
        address receiver,
        address owner
    ) public override(ERC4626, IERC4626) nonReentrant returns (uint256) {
        return super.withdraw(assets, receiver, owner);
    }

    /// @inheritdoc IERC4626
    function redeem(
        uint256 shares,
        address receiver,
        address owner
    ) public override(ERC4626, IERC4626) nonReentrant returns (uint256) {
        return super.redeem(shares, receiver, owner);
    }

    /// @inheritdoc IInsuranceFund
    function isOpen() public view returns (bool open) {
        uint256 sinceExpiry = (block.timestamp + 1 days - EXPIRY_SECOND_OF_DAY) % 1 days;
        return _openSeries == 0 && _receivable == 0 && sinceExpiry >= _settings.settlementWindowSec;
    }

    /// @inheritdoc IInsuranceFund
    function reservationLimit() public view returns (uint256 amount) {
        uint256 reservable = (uint256(_assets) * _settings.utilisationBps) / SettlementMath.BPS;
        return Math.min(_seriesCap(), Math.min(Math.saturatingSub(reservable, _reserved), _freeAssets()));
    }

    /// @inheritdoc IERC4626
    function totalAssets() public view override(ERC4626, IERC4626) returns (uint256) {
        return _assets;
    }

    /// @inheritdoc IERC4626
    function maxDeposit(address) public view override(ERC4626, IERC4626) returns (uint256) {
        return isOpen() ? type(uint128).max - _assets : 0;
    }

    /// @inheritdoc IERC4626
    function maxMint(address receiver) public view override(ERC4626, IERC4626) returns (uint256) {
        return convertToShares(maxDeposit(receiver));
    }

    /// @inheritdoc IERC4626
    function maxRedeem(address owner) public view override(ERC4626, IERC4626) returns (uint256) {
        ExitTicket memory ticket = _tickets[owner];
        bool isRipe = block.timestamp >= ticket.from && block.timestamp < ticket.until;
        return isRipe && isOpen() ? ticket.shares : 0;
    }

    /// @dev The shares of an exit are those of the ticket, which lie with the fund.
    function _withdraw(
        address caller,
        address receiver,
        address owner,
        uint256 assets,
        uint256 shares
    ) internal override {
        if (caller != owner) _spendAllowance(owner, caller, shares);
        ExitTicket memory ticket = _tickets[owner];
        // The caller has compared with {maxRedeem} or {maxWithdraw}, so it fits.
        ticket.shares -= uint128(shares);
        _setTicket(owner, ticket.shares == 0 ? ExitTicket(0, 0, 0) : ticket);
        _burn(address(this), shares);
        _assets -= SafeCast.toUint128(assets);
        emit FundAssetsSet(_assets, _reserved, _receivable);
        emit Withdraw(caller, receiver, owner, assets, shares);
        _transferOut(receiver, assets);
    }

    /// @dev Shares are booked by {_deposit} of the parent, right after this.
    function _transferIn(address from, uint256 assets) internal override {
        uint256 before = IERC20(asset()).balanceOf(address(this));
        super._transferIn(from, assets);
        uint256 received = IERC20(asset()).balanceOf(address(this)) - before;
        if (received != assets) revert FundReceivedMismatch(received, assets);
        _assets = SafeCast.toUint128(_assets + assets);
        emit FundAssetsSet(_assets, _reserved, _receivable);
    }

    function _open(uint256 seriesId, SeriesCover storage cover) private {
        if (cover.status == CoverStatus.DONE) revert FundSeriesClosed(seriesId);
        if (cover.status == CoverStatus.OPEN) return;
        cover.status = CoverStatus.OPEN;
        ++_openSeries;
    }

    function _setTicket(address owner, ExitTicket memory ticket) private {
        _tickets[owner] = ticket;
        emit ExitTicketSet(owner, ticket.shares, ticket.from, ticket.until);
    }

    function _setSettings(FundSettings memory newSettings) private {
        FundLimits.requireValid(newSettings);
        _settings = newSettings;
        emit FundSettingsSet(newSettings);
    }

    function _freeAssets() private view returns (uint256 amount) {
        return _assets - _reserved - _receivable;
    }

    function _seriesCap() private view returns (uint256 amount) {
        return (uint256(_assets) * _settings.seriesCapBps) / SettlementMath.BPS;
    }

    function _decimalsOffset() internal pure override returns (uint8) {
        return SHARE_DECIMALS_MORE;
    }
}
