// SPDX-License-Identifier: MIT
pragma solidity 0.8.30;

import {FallbackBand, PhaseEnd, SettlementDispute, SettlementStatus} from "../types/FeedTypes.sol";

/// @title Settlement prices proven by aggregator rounds
/// @notice The price of (market, expiry) is the answer of the first round, in order of round ids, that was updated at or
/// after expiry. Its predecessors prove it, all read through the proxy: the round before in the same phase (ids without a
/// round are passed over), and the last round of the nearest earlier phase that has any. Where a second source exists, its
/// first round at or after expiry must agree; otherwise the price is disputed for six hours, in which the guardian may send
/// it to the fallback, and nothing else. The fallback is a price of the DAO, not before 36 hours after expiry, inside the
/// band of recorded rounds. A written price never changes.
interface ISettlementOracle {
    /// @notice The price of (market, expiry) was written, once and for ever; `roundId` is 0 for a fallback price.
    event SettlementPriceSet(uint24 indexed marketId, uint40 indexed expiry, uint64 priceE8, uint80 roundId);
    /// @notice The second source disagrees, or stayed silent (`secondE8` 0).
    event SettlementDisputed(
        uint24 indexed marketId,
        uint40 indexed expiry,
        uint64 proposedE8,
        uint64 secondE8,
        uint80 roundId,
        uint256 until
    );
    /// @notice The guardian left a disputed price to the DAO.
    event SettlementSentToFallback(uint24 indexed marketId, uint40 indexed expiry);
    /// @notice The band of the fallback price, after another round was recorded.
    event FallbackBandSet(uint24 indexed marketId, uint40 indexed expiry, uint64 lowE8, uint64 highE8, bool isLate);
    /// @notice The last round of a phase of a feed was recorded; `round` 0 for a phase without rounds.
    event PhaseEndRecorded(address indexed feed, uint16 indexed phase, uint64 round, uint40 updatedAt);
    /// @notice The longest time from expiry to the settling round was set.
    event MaxSettlementDelaySet(uint32 maxDelaySec);

    /// @notice The price is final already.
    error SettlementAlreadyFinal(uint24 marketId, uint40 expiry);
    /// @notice The price is not in the state that the call needs.
    error SettlementStatusWrong(uint24 marketId, uint40 expiry, SettlementStatus status);
    /// @notice The expiry lies ahead.
    error SettlementBeforeExpiry(uint40 expiry, uint256 nowSec);
    /// @notice Expiries are at 08:00 UTC.
    error SettlementExpiryOffGrid(uint40 expiry);
    /// @notice The round was updated before expiry, does not exist, or came later than the longest delay.
    error SettlementRoundOutOfWindow(uint80 roundId, uint256 updatedAt, uint40 expiry, uint32 maxDelaySec);
    /// @notice The predecessor does not exist or was itself updated at or after expiry.
    error SettlementRoundUnproven(uint80 roundId, uint80 previousRoundId, uint256 previousUpdatedAt);
    /// @notice Nobody has recorded where this phase of the feed ended: {recordPhaseEnd} first.
    error SettlementPhaseEndUnknown(address feed, uint16 phase);
    /// @notice The phase goes on after the round given or recorded as its last.
    error SettlementPhaseEndWrong(address feed, uint16 phase, uint64 round);
    /// @notice The market has a second source: give its round too, or wait until it is plainly silent.
    error SettlementSecondAwaited(uint256 until);
    /// @notice The market has no second source.
    error SettlementSecondMissing(uint24 marketId);
    /// @notice The time for this has not come, or is over.
    error SettlementTime(uint256 nowSec, uint256 limitSec);
    /// @notice No round is recorded, or the price lies outside the band of the recorded ones.
    error SettlementOutsideBand(uint64 priceE8, uint64 lowE8, uint64 highE8);
    /// @notice The round does not exist, or lies too far from the expiry to be recorded.
    error SettlementRoundNotRecordable(uint80 roundId, uint256 updatedAt);
    /// @notice The longest delay is outside its limits.
    error SettlementDelayInvalid(uint32 maxDelaySec);

    /// @notice Proves the price of a market with one source, and writes it. With two sources: after the longest delay,
    /// disputes the price since the second is silent. Anyone.
    /// @param roundId the first round whose update time is at or after `expiry`
    /// @return priceE8 the proven price
    function settlePrice(uint24 marketId, uint40 expiry, uint80 roundId) external returns (uint64 priceE8);

    /// @notice Proves the prices of both sources, each by its first round at or after `expiry`. Writes the first if they
    /// agree, disputes it otherwise; a disputed price whose second source agrees after all is written too. Anyone.
    function settlePriceOfTwo(
        uint24 marketId,
        uint40 expiry,
        uint80 roundId,
        uint80 secondRoundId
    ) external returns (uint64 priceE8);

    /// @notice Writes a disputed price that the guardian let stand for six hours. Anyone.
    function endDispute(uint24 marketId, uint40 expiry) external returns (uint64 priceE8);

    /// @notice Leaves a disputed price to the DAO, within six hours of the dispute. Only GUARDIAN_ROLE.
    function sendToFallback(uint24 marketId, uint40 expiry) external;

    /// @notice Writes the price of an expiry that was sent to the fallback, or that nobody proved, from 36 hours after
    /// expiry on and inside the band of recorded rounds. Only WIDENING_ROLE.
    function setFallbackPrice(uint24 marketId, uint40 expiry, uint64 priceE8) external;

    /// @notice Widens the band of the fallback price by a round of either source. Rounds from 24 hours before to 36 hours
    /// after expiry; while there is none of these, any later round. Anyone, while the price is not final.
    function recordRound(uint24 marketId, uint40 expiry, bool ofSecond, uint80 roundId) external;

    /// @notice Records the last round of an earlier phase of a market's feed, needed once after the proxy moved to a new
    /// aggregator; `round` 0 for a phase without rounds. Checked again at every use. Anyone.
    function recordPhaseEnd(uint24 marketId, bool ofSecond, uint16 phase, uint64 round) external;

    /// @notice Settlement price, 1e-8 USD, and whether it has been written; 0 before.
    function settlementPrice(uint24 marketId, uint40 expiry) external view returns (uint64 priceE8, bool isFinal);

    /// @notice State of a settlement price, and its dispute if there was one.
    function settlementStatus(
        uint24 marketId,
        uint40 expiry
    ) external view returns (SettlementStatus status, SettlementDispute memory dispute);

    /// @notice Band of the fallback price.
    function fallbackBand(uint24 marketId, uint40 expiry) external view returns (FallbackBand memory band);

    /// @notice Recorded end of a phase of a feed.
    function phaseEnd(address feed, uint16 phase) external view returns (PhaseEnd memory end);

    /// @notice Longest time from expiry to the update time of the settling round.
    function maxDelaySec() external view returns (uint32 delaySec);

    /// @notice Sets the longest delay, 1 minute to 1 day. Only WIDENING_ROLE.
    function setMaxDelay(uint32 maxDelaySec) external;
}
