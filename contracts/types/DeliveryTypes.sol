// SPDX-License-Identifier: MIT
pragma solidity 0.8.30;

/// @notice What reports may do. NORMAL: everything the rules allow. TIGHTEN_ONLY: nothing that lowers a requirement.
/// HALTED: nothing, and values in force are frozen.
enum BreakerMode {
    NORMAL,
    TIGHTEN_ONLY,
    HALTED
}

/// @notice Why the breaker left NORMAL; the numbers are part of the event log and never change meaning.
/// GUARDIAN: a decision of the guardian or the DAO. BOUND_VIOLATION: a valid quorum signed entries outside class bounds.
/// DISPERSION: the operators disagree too much. TIGHTENING_WINDOW: a report would pass the window's cap of tightenings.
/// PRICE_FEED: price sources diverge, are stale or implausible. SEQUENCER: the L2 sequencer is down or has just come back.
/// HEARTBEAT: no report for too long. EQUIVOCATION: one quorum signed two reports for one place in the order.
enum BreakerReason {
    NONE,
    GUARDIAN,
    BOUND_VIOLATION,
    DISPERSION,
    TIGHTENING_WINDOW,
    PRICE_FEED,
    SEQUENCER,
    HEARTBEAT,
    EQUIVOCATION
}

/// @notice What the DAO sets for delivery; kept beside the parts' addresses, see `PartWord`. Caps are inclusive, and a cap of
/// zero lets nothing pass.
/// @param reportTightened tightened entries of one report, all its chunks together
/// @param reportTighteningBps their summed rise of ρ, below 2^20
/// @param windowTightened tightened entries of one window, pushed or proven
/// @param windowTighteningBps their summed rise of ρ
/// @param windowSec length of the window; windows are the intervals [k·windowSec, (k + 1)·windowSec)
/// @param dispersionBps greatest dispersion of a report that may still loosen
/// @param violations entries outside class bounds that one report may hold without halting the oracle
/// @param coolDownSec least time between a trip and its re-arming
/// @param heldSec time in which a held report may be released
/// @param rootValiditySec age of the observation at which a root ends
struct DeliveryLimits {
    uint16 reportTightened;
    uint24 reportTighteningBps;
    uint16 windowTightened;
    uint24 windowTighteningBps;
    uint24 windowSec;
    uint16 dispersionBps;
    uint16 violations;
    uint24 coolDownSec;
    uint24 heldSec;
    uint24 rootValiditySec;
}

/// @notice Everything that every delivery reads and writes: place in the order of reports, breaker, effect counters. Members
/// are 256-bit so that arithmetic needs no masking; `DeliveryWord` packs them into one storage word.
/// @param epoch of the last accepted chunk
/// @param observedAt of the last accepted chunk
/// @param chunkIndex of the last accepted chunk
/// @param chunkCount of its epoch
/// @param mode {BreakerMode}
/// @param reason {BreakerReason} of the last change away from NORMAL, NONE in NORMAL
/// @param since time of the last change of mode
/// @param windowIndex window of the counters: time / windowSec, modulo 2^12
/// @param windowTightened see {DeliveryLimits}, so far; likewise the next three
/// @param windowTighteningBps counted up to 2^24 − 1
/// @param reportTightened counted up to 2^16 − 1
/// @param reportTighteningBps counted up to 2^20 − 1
/// @param rootCount number of published roots, modulo 2^8
struct DeliveryState {
    uint256 epoch;
    uint256 observedAt;
    uint256 chunkIndex;
    uint256 chunkCount;
    uint256 mode;
    uint256 reason;
    uint256 since;
    uint256 windowIndex;
    uint256 windowTightened;
    uint256 windowTighteningBps;
    uint256 reportTightened;
    uint256 reportTighteningBps;
    uint256 rootCount;
}

/// @notice The parts of {DeliveryState} that readers need.
struct OracleStatus {
    BreakerMode mode;
    BreakerReason reason;
    uint40 since;
    uint64 lastEpoch;
    uint40 observedAt;
    uint16 windowTightened;
    uint24 windowTighteningBps;
}

/// @notice What a published root stands for, as in {IRiskDelivery.RootPublished}.
/// @param epoch of the report that carried it
/// @param observedAt of that report
/// @param expiresAt last second of the root
/// @param place where the oracle keeps it
struct RootHeader {
    uint64 epoch;
    uint40 observedAt;
    uint40 expiresAt;
    uint8 place;
}
