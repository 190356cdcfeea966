// SPDX-License-Identifier: MIT
pragma solidity 0.8.30;

import {AggregatorV3Interface} from "@chainlink/contracts/src/v0.8/shared/interfaces/AggregatorV3Interface.sol";

/// @notice Values of price feeds. Prices are USD × 1e8, times seconds since 1970.

/// @notice Whether a market has a second source, and what its silence means.
/// - NONE: the first source stands alone.
/// - OPTIONAL: a second source that is stale or unreadable says nothing, and the first goes on alone; a fresh answer must
///   be plausible and agree.
/// - REQUIRED: without a fresh, plausible, agreeing second answer there is no price.
enum SecondSource {
    NONE,
    OPTIONAL,
    REQUIRED
}

/// @notice Why a source gives no price.
/// - UNREADABLE: the call failed, was cut off at the gas limit, or answered too little.
/// - STALE: the update time is in the future or older than the limit.
/// - IMPLAUSIBLE: outside the plausible range, zero and negative answers included.
/// - CLAMPED: at a bound that the aggregator itself enforces; the true price may lie anywhere beyond.
enum FeedFault {
    NONE,
    UNREADABLE,
    STALE,
    IMPLAUSIBLE,
    CLAMPED
}

/// @notice One source of a market as stored, two words.
/// @param feed aggregator proxy of the underlying in USD
/// @param decimals decimals of its answers, 0…18
/// @param maxAgeSec an answer older than this is stale
/// @param clampPhase phase of the proxy whose aggregator the two clamps were read from
/// @param maxDeviationBps largest distance of the second source from the first, as a share of the first
/// @param second whether there is a second source (in the word of the first only)
/// @param minPriceE8 answers below are implausible, at least 1
/// @param maxPriceE8 answers above are implausible
/// @param clampMinE8 the aggregator's own lower bound: answers at or below are no prices; 0 when it has none
/// @param clampMaxE8 the aggregator's own upper bound: answers at or above are no prices; the type's maximum for none
struct FeedSource {
    AggregatorV3Interface feed;
    uint8 decimals;
    uint32 maxAgeSec;
    uint16 clampPhase;
    uint16 maxDeviationBps;
    SecondSource second;
    uint64 minPriceE8;
    uint64 maxPriceE8;
    uint64 clampMinE8;
    uint64 clampMaxE8;
}

/// @notice What a source answers now.
/// @param fault NONE when `priceE8` is a price
/// @param priceE8 rounded down to 1e-8 USD
/// @param answer as the feed gave it
/// @param updatedAt as the feed gave it
struct FeedReading {
    FeedFault fault;
    uint64 priceE8;
    int256 answer;
    uint256 updatedAt;
}

/// @notice Uptime feed of an L2 sequencer, one word.
/// @param feed answers 0 while the sequencer is up, 1 while it is down; zero address for chains without one
/// @param graceSec no prices this long after a restart, so that owners can act first
/// @param maxAgeSec a status confirmed longer ago is refused; 0 for feeds that write on changes only
struct SequencerConfig {
    AggregatorV3Interface feed;
    uint32 graceSec;
    uint32 maxAgeSec;
}

/// @notice State of the settlement price of (market, expiry).
/// - OPEN: not proven yet.
/// - DISPUTED: proven by the first source; the second disagrees or stayed silent.
/// - FALLBACK: sent to the DAO, which chooses inside the band of recorded rounds.
/// - FINAL: written for ever.
enum SettlementStatus {
    OPEN,
    DISPUTED,
    FALLBACK,
    FINAL
}

/// @notice A disputed price.
/// @param proposedE8 proven price of the first source
/// @param since time of the dispute
/// @param roundId round of the first source
struct SettlementDispute {
    uint64 proposedE8;
    uint40 since;
    uint80 roundId;
}

/// @notice Prices between which the DAO may choose.
/// @param lowE8 least price of the recorded rounds; 0 while none is recorded
/// @param highE8 greatest price of the recorded rounds
/// @param isLate no round near the expiry is recorded, only later ones
struct FallbackBand {
    uint64 lowE8;
    uint64 highE8;
    bool isLate;
}

/// @notice Recorded end of a phase of an aggregator proxy.
/// @param round its last round, without phase; 0 for a phase without rounds
/// @param updatedAt update time of that round
/// @param isRecorded whether anybody recorded it
struct PhaseEnd {
    uint64 round;
    uint40 updatedAt;
    bool isRecorded;
}
