// SPDX-License-Identifier: MIT
pragma solidity 0.8.30;

import {IERC4626} from "@openzeppelin/contracts/interfaces/IERC4626.sol";
import {ExitTicket, FundSettings, SeriesCover} from "../types/FundTypes.sol";

/// @title Insurance fund of one collateral token
/// @notice Shares of a pool that pays what the writers of a series fail to pay, up to a cap a series, and earns the vault's
/// fees of its token. ERC-4626 with these differences, all told by the `max…` views:
/// - Leaving takes two steps: {requestExit}, then {withdraw} or {redeem} between the end of the cool-down and the end of the
///   exit window, at the share price of that moment. Only shares with a ripe ticket count for {maxRedeem}.
/// - Neither deposits nor exits after each day's 08:00 UTC for the settlement window, while a covered series is between
///   expiry and completion, or while the vault owes the fund a returned reservation ({collect} ends that).
/// - Assets are counted, not measured: tokens sent here without a deposit or {contribute} belong to nobody.
/// The share price falls only through {coverSeries}.
interface IInsuranceFund is IERC4626 {
    /// @notice The limits were set.
    event FundSettingsSet(FundSettings settings);
    /// @notice Assets, the part of them lent to the vault for series, and the part that the vault owes back.
    event FundAssetsSet(uint256 assets, uint256 reserved, uint256 receivable);
    /// @notice An exit was requested, changed or ended; 0 shares mean none.
    event ExitTicketSet(address indexed owner, uint128 shares, uint40 from, uint40 until);
    /// @notice The cover of a series changed.
    event SeriesCoverSet(uint256 indexed seriesId, SeriesCover cover);
    /// @notice Fees arrived.
    event FeesCollected(uint256 amount);

    /// @notice A field of the settings is outside its limits.
    error FundSettingsInvalid(FundSettings settings);
    /// @notice The caller is not the vault.
    error FundOnlyVault(address caller);
    /// @notice The series is complete for the fund, or was never opened.
    error FundSeriesClosed(uint256 seriesId);
    /// @notice More than the fund may reserve for the series.
    error FundReservationTooLarge(uint256 seriesId, uint256 amount, uint256 limit);
    /// @notice Something is reserved for the series already.
    error FundReservedAlready(uint256 seriesId, uint256 reserved);
    /// @notice No exit is requested.
    error FundNoTicket(address owner);
    /// @notice More shares than a ticket can hold.
    error FundSharesTooMany(uint256 shares);
    /// @notice The asset delivered another amount than asked: fee-on-transfer tokens are refused.
    error FundReceivedMismatch(uint256 received, uint256 expected);

    /// @notice Puts `shares` of the caller, added to those of a pending ticket, into a ticket whose cool-down begins now.
    function requestExit(uint256 shares) external;

    /// @notice Takes the shares of the caller's ticket back, ripe or not, lapsed or not.
    function cancelExit() external;

    /// @notice Takes in what the vault holds for the fund: fees, dust, returned reservations. Anyone.
    /// @return fees what of it is new
    function collect() external returns (uint256 fees);

    /// @notice Takes `amount` of the caller for all shares, for none of its own; the share price rises. Anyone, at any time.
    function contribute(uint256 amount) external;

    /// @notice Deposits and exits wait until the series is complete. Does nothing if they do already. Only the vault.
    function suspendFor(uint256 seriesId) external;

    /// @notice Lends the vault `amount` until the series is complete; the fund cannot lose more by it. Only the vault.
    function reserve(uint256 seriesId, uint256 amount) external;

    /// @notice Ends the cover of a complete series. With a reservation: takes the shortfall, at most the reservation, as a
    /// loss; the rest is owed by the vault. Without: pays min(shortfall, free assets, cap) to the vault. Once a series.
    /// Only the vault.
    /// @return paid what the fund bears
    /// @return owedBack what of the reservation the vault must credit to the fund
    function coverSeries(uint256 seriesId, uint256 shortfall) external returns (uint256 paid, uint256 owedBack);

    /// @notice Sets the limits; pending tickets keep their times. Only WIDENING_ROLE.
    function setSettings(FundSettings calldata settings) external;

    /// @notice The vault that this fund covers.
    function VAULT() external view returns (address vault);

    /// @notice The limits.
    function settings() external view returns (FundSettings memory current);

    /// @notice Requested exit of an owner.
    function exitTicket(address owner) external view returns (ExitTicket memory ticket);

    /// @notice Cover of a series.
    function seriesCover(uint256 seriesId) external view returns (SeriesCover memory cover);

    /// @notice Assets that are lent to the vault.
    function reserved() external view returns (uint256 amount);

    /// @notice Returned reservations that wait to be collected.
    function receivable() external view returns (uint256 amount);

    /// @notice Series between expiry and completion.
    function openSeries() external view returns (uint256 count);

    /// @notice Whether deposits and exits are possible now.
    function isOpen() external view returns (bool open);

    /// @notice Most that may be reserved for a series now.
    function reservationLimit() external view returns (uint256 amount);
}
