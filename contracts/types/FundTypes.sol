// SPDX-License-Identifier: MIT
pragma solidity 0.8.30;

/// @notice Values of an insurance fund. Amounts are units of its asset, shares have six decimals more.

/// @notice Limits of an insurance fund.
/// @param coolDownSec from the request of an exit to its first second; at least the longest auction a vault can have plus
/// `settlementWindowSec`
/// @param exitWindowSec how long a ripe exit stays open before it must be requested again
/// @param settlementWindowSec neither deposits nor exits this long after each day's 08:00 UTC, when series expire and their
/// losses become known
/// @param utilisationBps largest share of the assets that may be reserved, at most 5 000
/// @param seriesCapBps largest share of the assets that one series may cost, at most 1 000
struct FundSettings {
    uint32 coolDownSec;
    uint32 exitWindowSec;
    uint32 settlementWindowSec;
    uint16 utilisationBps;
    uint16 seriesCapBps;
}

/// @notice An exit that was requested. Its shares lie with the fund and bear gains and losses until they are burnt.
/// @param shares shares that may be redeemed
/// @param from first second of the exit
/// @param until first second at which it has lapsed
struct ExitTicket {
    uint128 shares;
    uint40 from;
    uint40 until;
}

/// @notice How far the cover of a series has come.
/// - NONE: the fund has not heard of it.
/// - OPEN: expired, not complete; deposits and exits wait for it.
/// - DONE: complete; the fund pays nothing more for it.
enum CoverStatus {
    NONE,
    OPEN,
    DONE
}

/// @notice Cover of a series.
/// @param reserved lent to the vault until the series is complete
/// @param loss what the series cost the fund
/// @param status how far it has come
struct SeriesCover {
    uint120 reserved;
    uint120 loss;
    CoverStatus status;
}
