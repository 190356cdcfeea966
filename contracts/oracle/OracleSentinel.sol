// SPDX-License-Identifier: MIT
pragma solidity 0.8.30;

import {AggregatorV3Interface} from "@chainlink/contracts/src/v0.8/shared/interfaces/AggregatorV3Interface.sol";
import {IOracleSentinel} from "../interfaces/IOracleSentinel.sol";
import {IOracleWiring} from "../interfaces/IOracleWiring.sol";
import {IPriceGuard} from "../interfaces/IPriceGuard.sol";
import {IReportVerifier} from "../interfaces/IReportVerifier.sol";
import {IRiskOracle} from "../interfaces/IRiskOracle.sol";
import {BreakerMode, BreakerReason, OracleStatus} from "../types/DeliveryTypes.sol";
import {Attestations, RiskReport} from "../types/RiskTypes.sol";

/// @notice What a sentinel watches.
/// @param oracle whose breaker it trips
/// @param priceGuard checked prices
/// @param sequencerFeed uptime feed of the L2 sequencer, or zero on a chain without one
/// @param sequencerGraceSec how long after its return the sequencer still counts as down
/// @param heartbeatSec longest time without a report
struct SentinelConfig {
    IRiskOracle oracle;
    IPriceGuard priceGuard;
    AggregatorV3Interface sequencerFeed;
    uint32 sequencerGraceSec;
    uint32 heartbeatSec;
}

/// @title Lets anyone trip the oracle's breaker who can prove one of its automatic causes
/// @notice Holds no funds and no state; a new deployment replaces it through the oracle's `setWatch`.
contract OracleSentinel is IOracleSentinel {
    /// @notice See {SentinelConfig}.
    IRiskOracle public immutable ORACLE;
    IPriceGuard public immutable PRICE_GUARD;
    AggregatorV3Interface public immutable SEQUENCER_FEED;
    uint256 public immutable SEQUENCER_GRACE_SEC;
    uint256 public immutable HEARTBEAT_SEC;

    constructor(SentinelConfig memory config) {
        bool missing = address(config.oracle) == address(0) || address(config.priceGuard) == address(0);
        if (missing || config.heartbeatSec == 0) revert SentinelInvalidConfig();
        ORACLE = config.oracle;
        PRICE_GUARD = config.priceGuard;
        SEQUENCER_FEED = config.sequencerFeed;
        SEQUENCER_GRACE_SEC = config.sequencerGraceSec;
        HEARTBEAT_SEC = config.heartbeatSec;
    }

    /// @inheritdoc IOracleSentinel
    function pokePrice(uint24 marketId) external {
        try PRICE_GUARD.spotE8(marketId) {
            revert SentinelNoCause();
        } catch (bytes memory failure) {
            // Only these errors prove a bad price: an unknown market, or a call that was given too little gas, prove nothing.
            bytes4 name = bytes4(failure);
            bool proves =
                name == IPriceGuard.PriceDeviation.selector ||
                    name == IPriceGuard.PriceStale.selector ||
                    name == IPriceGuard.PriceImplausible.selector;
            if (!proves) revert SentinelNoCause();
        }
        ORACLE.tripBreaker(BreakerMode.TIGHTEN_ONLY, BreakerReason.PRICE_FEED);
    }

    /// @inheritdoc IOracleSentinel
    function pokeSequencer() external {
        if (address(SEQUENCER_FEED) == address(0) || isSequencerUp()) revert SentinelNoCause();
        ORACLE.tripBreaker(BreakerMode.TIGHTEN_ONLY, BreakerReason.SEQUENCER);
    }

    /// @inheritdoc IOracleSentinel
    function pokeHeartbeat() external {
        OracleStatus memory status = ORACLE.status();
        // Re-arming starts the clock anew, like deployment: both set `since`.
        uint256 last = status.observedAt > status.since ? status.observedAt : status.since;
        if (block.timestamp <= last + HEARTBEAT_SEC) revert SentinelNoCause();
        ORACLE.tripBreaker(BreakerMode.TIGHTEN_ONLY, BreakerReason.HEARTBEAT);
    }

    /// @inheritdoc IOracleSentinel
    function proveEquivocation(
        RiskReport calldata first,
        Attestations calldata firstQuorum,
        RiskReport calldata second,
        Attestations calldata secondQuorum
    ) external {
        uint32 version = first.signerSetVersion;
        bool samePlace =
            first.epoch == second.epoch && first.chunkIndex == second.chunkIndex && version == second.signerSetVersion;
        (bytes32 firstDigest, bytes32 secondDigest) = (ORACLE.reportDigest(first), ORACLE.reportDigest(second));
        if (!samePlace || firstDigest == secondDigest) revert SentinelNoCause();
        IReportVerifier verifier = IOracleWiring(address(ORACLE)).verifier();
        verifier.verifyQuorum(version, firstDigest, firstQuorum.signerBitmap, firstQuorum.signatures);
        verifier.verifyQuorum(version, secondDigest, secondQuorum.signerBitmap, secondQuorum.signatures);
        uint256 culprits = firstQuorum.signerBitmap & secondQuorum.signerBitmap;
        emit EquivocationProven(first.epoch, version, firstDigest, secondDigest, culprits);
        ORACLE.tripBreaker(BreakerMode.HALTED, BreakerReason.EQUIVOCATION);
    }

    /// @inheritdoc IOracleSentinel
    function isSequencerUp() public view returns (bool up) {
        (, int256 answer, uint256 startedAt, , ) = SEQUENCER_FEED.latestRoundData();
        // 0 is up. A feed that was never written (startedAt 0) or starts in the future says nothing, and doubt counts as down.
        bool known = startedAt != 0 && startedAt <= block.timestamp;
        return answer == 0 && known && block.timestamp - startedAt > SEQUENCER_GRACE_SEC;
    }
}
