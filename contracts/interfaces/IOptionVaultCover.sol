// SPDX-License-Identifier: MIT
pragma solidity 0.8.30;

/// @title The vault's side of the insurance funds
/// @notice Answered by the vault's extension on the vault's storage: the caller sees one contract. A token without a fund
/// settles as if its fund were empty.
interface IOptionVaultCover {
    /// @notice Opens redemptions of an expired series before its last position is settled: the fund lends the vault the
    /// worst that can still be missing, so that every long is paid in full at once; what was not needed goes back at
    /// completion. Reverts if the fund may not lend that much. Anyone, once the price is final.
    /// @return lent token units
    function openEarly(uint256 seriesId) external returns (uint256 lent);

    /// @notice Makes the fund's deposits and exits wait until an expired series is complete, so that nobody leaves before a
    /// loss that is already known. Anyone, from expiry on; needs no price.
    function holdFund(uint256 seriesId) external;
}

/// @title Events and errors of the vault's side of the insurance funds
interface IOptionVaultCoverLog {
    /// @notice The fund waits for the series from now on; `lent` is what the series holds of its money.
    event SeriesHeld(uint256 indexed seriesId, address indexed fund, uint256 lent);
    /// @notice The fund paid `paid` of the missing amount; `owedBack` of what it had lent was credited to it.
    event SeriesCovered(uint256 indexed seriesId, address indexed fund, uint256 paid, uint256 owedBack);
    /// @notice Rounding dust of a series whose longs are all redeemed was credited to the fund.
    event DustSwept(uint256 indexed seriesId, address indexed fund, uint256 amount);

    /// @notice The token has no fund.
    error VaultFundMissing(address token);
    /// @notice The fund waits for the series, or has lent to it, already.
    error VaultSeriesHeld(uint256 seriesId);
    /// @notice Every position of the series is settled.
    error VaultSeriesComplete(uint256 seriesId);
    /// @notice The series pays nothing, so there is nothing to open early.
    error VaultSeriesWorthless(uint256 seriesId);
    /// @notice The fund paid or claimed an amount that its own answers do not allow.
    error VaultFundMisbehaved(address fund, uint256 paid, uint256 owedBack);
}
