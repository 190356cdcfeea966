// SPDX-License-Identifier: MIT
pragma solidity 0.8.30;

import {FundTerms, MarketCaps, MarketValves} from "./VaultTypes.sol";

/// @notice Storage of the options vault. All of it hangs from one struct, so that linked libraries reach it by reference.

/// @notice What nearly every call asks for, in one word.
/// @param positionCount highest position id ever created
/// @param flagBountyBps see {LiquidationSettings}, as the five that follow
/// @param riskPausedUntil no new risk before this time
/// @param liquidationPausedUntil no flags and liquidations before this time
/// @param cautionUntil caution before this time: dearer new risk, limited liquidations
struct VaultControl {
    uint40 positionCount;
    uint8 flagBountyBps;
    uint24 orderlySec;
    uint24 lateSec;
    uint24 coolOffSec;
    uint24 flagLifeSec;
    uint16 targetHealthBps;
    uint32 riskPausedUntil;
    uint32 liquidationPausedUntil;
    uint32 cautionUntil;
}

/// @notice One side (calls or puts) of a market: a word for every call, a word for new risk.
struct MarketSide {
    address token;
    uint80 minCollateral;
    uint8 decimals;
    bool live;
    MarketCaps caps;
}

/// @notice A class grid in three words, two of which are read.
/// @param edges moneyness edges 16 bits each from bit 0, tenor edges 32 bits each from bit 112
/// @param classes 16 bits a cell from bit 0, sixteen cells a word
struct StoredGrid {
    uint256 edges;
    uint256[2] classes;
}

/// @notice The two words of a position, see {PositionWords}.
struct StoredPosition {
    uint256 terms;
    uint256 state;
}

/// @notice How far the settlement of a series has come, and what a fund has to do with it.
/// - NONE: incomplete, no fund is concerned yet.
/// - WAITING: incomplete, the fund's deposits and exits wait for it.
/// - LENT: incomplete, but the fund has lent it the worst that can be missing, and its longs are paid in full already.
/// - COMPLETE: every position is settled. Written beside the price, so that a redemption need not read the sums.
enum SeriesHold {
    NONE,
    WAITING,
    LENT,
    COMPLETE
}

/// @notice A series in one word before expiry and two more after.
/// @param sums see {SeriesSums}
/// @param priceE8 settlement price, 0 before the first settlement
/// @param longsLeftE8 longs not redeemed yet, from the first settlement on; left alone in worthless series
/// @param paidOut what holders have been paid out of the pot, and the fund as dust
/// @param hold see {SeriesHold}
/// @param pot everything the writers paid in, and from completion on the fund for them
/// @param owed everything the writers owed
struct StoredSeries {
    uint256 sums;
    uint64 priceE8;
    uint64 longsLeftE8;
    uint120 paidOut;
    SeriesHold hold;
    uint128 pot;
    uint128 owed;
}

/// @notice The fund that waits for a series, and what it has lent to it.
struct SeriesLoan {
    address fund;
    uint128 amount;
}

/// @notice Valves of a market and what has passed them in the window `index` (time divided by the window's length).
struct StoredValves {
    MarketValves terms;
    uint32 index;
    uint64 flaggedE8;
    uint64 liquidatedE8;
}

/// @notice Start times of the guardian's last two pauses of liquidations.
struct PauseLedger {
    uint40 lastAt;
    uint40 previousAt;
}

/// @notice What a position's own score may count from, in one word.
/// @param reclassedAt time at which it last changed its class, 0 for never
/// @param scoredSince time of the last mark that a score stands, 0 for none since it last changed its class; older than the
/// last growth of its risk it says nothing
struct ScoreTimes {
    uint40 reclassedAt;
    uint40 scoredSince;
}

/// @notice Everything the vault stores. `sides` is keyed by `market id · 2 + (put ? 1 : 0)`.
struct VaultState {
    VaultControl control;
    mapping(uint256 sideKey => MarketSide) sides;
    mapping(uint24 marketId => StoredGrid) grids;
    mapping(uint256 positionId => StoredPosition) positions;
    mapping(uint256 seriesId => StoredSeries) series;
    mapping(address token => mapping(address account => uint256)) claims;
    mapping(address owner => mapping(address operator => bool)) operators;
    mapping(uint256 positionId => address) offers;
    mapping(uint24 marketId => StoredValves) valves;
    mapping(address token => FundTerms) funds;
    uint24 marketCount;
    PauseLedger pauses;
    mapping(uint256 seriesId => SeriesLoan) loans;
    mapping(uint256 positionId => ScoreTimes) scoreTimes;
}
