// SPDX-License-Identifier: MIT
pragma solidity 0.8.30;

import {IRiskOracleLog} from "../../../contracts/interfaces/IRiskOracleLog.sol";
import {AggregatorV3Interface} from "@chainlink/contracts/src/v0.8/shared/interfaces/AggregatorV3Interface.sol";
import {MockV3Aggregator} from "@chainlink/contracts/src/v0.8/shared/mocks/MockV3Aggregator.sol";
import {PriceGuard} from "../../../contracts/feeds/PriceGuard.sol";
import {IOracleSentinel} from "../../../contracts/interfaces/IOracleSentinel.sol";
import {IPriceGuard, FeedConfig} from "../../../contracts/interfaces/IPriceGuard.sol";
import {IRiskOracle} from "../../../contracts/interfaces/IRiskOracle.sol";
import {ISignerRegistry} from "../../../contracts/interfaces/ISignerRegistry.sol";
import {OracleSentinel, SentinelConfig} from "../../../contracts/oracle/OracleSentinel.sol";
import {BreakerMode, BreakerReason} from "../../../contracts/types/DeliveryTypes.sol";
import {Attestations, RiskReport} from "../../../contracts/types/RiskTypes.sol";
import {DeliveryFixture} from "./DeliveryFixture.sol";

/// @notice given the causes that anyone may prove / when one is there, at its edge, or only pretended / the breaker trips for
/// what is proven and for nothing else.
contract OracleSentinelTest is DeliveryFixture {
    uint24 private constant MARKET = 1;
    uint32 private constant HEARTBEAT_SEC = 2 hours;
    uint32 private constant GRACE_SEC = 30 minutes;

    MockV3Aggregator private _feed;
    MockV3Aggregator private _second;
    MockV3Aggregator private _uptime;
    PriceGuard private _guard;
    OracleSentinel private _sentinel;

    function setUp() public override {
        super.setUp();
        _feed = new MockV3Aggregator(8, 60_000e8);
        _second = new MockV3Aggregator(8, 60_000e8);
        _uptime = new MockV3Aggregator(0, 0);
        _guard = new PriceGuard(address(_manager));
        _guard.setFeed(MARKET, _feedConfig());
        _sentinel = new OracleSentinel(_config());
        _oracle.setWatch(GUARDIAN, address(_sentinel));
    }

    function _feedConfig() private view returns (FeedConfig memory config) {
        (config.feed, config.secondFeed) = (
            AggregatorV3Interface(address(_feed)),
            AggregatorV3Interface(address(_second))
        );
        (config.maxAgeSec, config.maxDeviationBps, config.minPriceE8, config.maxPriceE8) = (1 hours, 100, 1, 1e14);
        config.secondMaxAgeSec = 1 hours;
    }

    function _config() private view returns (SentinelConfig memory config) {
        (config.oracle, config.priceGuard) = (_oracle, _guard);
        (config.sequencerFeed, config.sequencerGraceSec) = (AggregatorV3Interface(address(_uptime)), GRACE_SEC);
        config.heartbeatSec = HEARTBEAT_SEC;
    }

    function _noCause() private {
        vm.expectRevert(IOracleSentinel.SentinelNoCause.selector);
    }

    function test_RevertWhen_Misconfigured() public {
        SentinelConfig memory config = _config();
        config.oracle = IRiskOracle(address(0));
        vm.expectRevert(IOracleSentinel.SentinelInvalidConfig.selector);
        new OracleSentinel(config);
        config = _config();
        config.priceGuard = IPriceGuard(address(0));
        vm.expectRevert(IOracleSentinel.SentinelInvalidConfig.selector);
        new OracleSentinel(config);
        config = _config();
        config.heartbeatSec = 0;
        vm.expectRevert(IOracleSentinel.SentinelInvalidConfig.selector);
        new OracleSentinel(config);
    }

    function test_PokePrice_TripsOnDivergenceOnly() public {
        _second.updateAnswer(60_600e8);
        _noCause();
        _sentinel.pokePrice(MARKET);
        _second.updateAnswer(60_601e8);
        vm.prank(STRANGER);
        _sentinel.pokePrice(MARKET);
        _expectBreaker(BreakerMode.TIGHTEN_ONLY, BreakerReason.PRICE_FEED);
        vm.expectPartialRevert(IRiskOracleLog.RiskOracleBreakerMove.selector);
        _sentinel.pokePrice(MARKET);
    }

    function test_PokePrice_TripsOnStaleAndImplausible() public {
        uint256 state = vm.snapshotState();
        skip(1 hours);
        _noCause();
        _sentinel.pokePrice(MARKET);
        skip(1);
        _sentinel.pokePrice(MARKET);
        _expectBreaker(BreakerMode.TIGHTEN_ONLY, BreakerReason.PRICE_FEED);
        vm.revertToState(state);
        _feed.updateAnswer(0);
        _sentinel.pokePrice(MARKET);
        _expectBreaker(BreakerMode.TIGHTEN_ONLY, BreakerReason.PRICE_FEED);
    }

    function test_RevertWhen_APriceProvesNothing() public {
        // A market without feed, which the caller could choose at will.
        _noCause();
        _sentinel.pokePrice(99);
        // A call that starves the guard of gas fails in it, with no error of it.
        for (uint256 gasLimit = 20_000; gasLimit < 120_000; gasLimit += 1_000) {
            (bool tripped, ) = address(_sentinel).call{gas: gasLimit}(
                abi.encodeCall(IOracleSentinel.pokePrice, (MARKET))
            );
            assertFalse(tripped);
        }
    }

    function test_T8_PokeSequencer_DownGraceAndDoubt() public {
        skip(GRACE_SEC + 1);
        assertTrue(_sentinel.isSequencerUp());
        _noCause();
        _sentinel.pokeSequencer();
        uint256 state = vm.snapshotState();
        _uptime.updateRoundData(2, 1, block.timestamp - 1 days, block.timestamp - 1 days);
        _sentinel.pokeSequencer();
        _expectBreaker(BreakerMode.TIGHTEN_ONLY, BreakerReason.SEQUENCER);
        vm.revertToState(state);
        _uptime.updateRoundData(2, 0, block.timestamp - GRACE_SEC, block.timestamp - GRACE_SEC);
        assertFalse(_sentinel.isSequencerUp());
        skip(1);
        assertTrue(_sentinel.isSequencerUp());
        _uptime.updateRoundData(3, 0, 0, 0);
        assertFalse(_sentinel.isSequencerUp());
        _uptime.updateRoundData(4, 0, block.timestamp + 1, block.timestamp + 1);
        assertFalse(_sentinel.isSequencerUp());
    }

    function test_T8_RevertWhen_NoSequencerIsWatched() public {
        SentinelConfig memory config = _config();
        config.sequencerFeed = AggregatorV3Interface(address(0));
        OracleSentinel sentinel = new OracleSentinel(config);
        _oracle.setWatch(GUARDIAN, address(sentinel));
        _noCause();
        sentinel.pokeSequencer();
    }

    function test_T7_PokeHeartbeat_AtTheBoundary() public {
        // Before the first report the clock runs from deployment.
        vm.warp(START + HEARTBEAT_SEC);
        _noCause();
        _sentinel.pokeHeartbeat();
        _scoreBoth(2_000);
        vm.warp(block.timestamp - 1 + HEARTBEAT_SEC);
        _noCause();
        _sentinel.pokeHeartbeat();
        skip(1);
        _sentinel.pokeHeartbeat();
        _expectBreaker(BreakerMode.TIGHTEN_ONLY, BreakerReason.HEARTBEAT);
        // Re-arming starts the clock anew.
        skip(1 hours);
        _oracle.rearmBreaker(BreakerMode.NORMAL);
        skip(HEARTBEAT_SEC);
        _noCause();
        _sentinel.pokeHeartbeat();
        skip(1);
        _sentinel.pokeHeartbeat();
    }

    function _pair() private returns (RiskReport memory first, RiskReport memory second) {
        first = _report(_entry(1, 1, 2_000, 500), "");
        second = _report(_entry(1, 1, 2_001, 500), "");
        second.epoch = first.epoch;
    }

    function test_S3_EquivocationIsProvenAndHalts() public {
        (RiskReport memory first, RiskReport memory second) = _pair();
        Attestations memory one = _attest(first);
        Attestations memory other = _attestDigest(_oracle.reportDigest(second), 0xe);
        // Whether one of them was accepted before does not matter.
        _oracle.submitReport(first, one, _entry(1, 1, 2_000, 500), "");
        (bytes32 a, bytes32 b) = (_oracle.reportDigest(first), _oracle.reportDigest(second));
        vm.expectEmit(address(_sentinel));
        emit IOracleSentinel.EquivocationProven(first.epoch, 1, a, b, 0x6);
        vm.prank(STRANGER);
        _sentinel.proveEquivocation(first, one, second, other);
        _expectBreaker(BreakerMode.HALTED, BreakerReason.EQUIVOCATION);
    }

    function test_S3_RevertWhen_TheReportsDoNotContradict() public {
        (RiskReport memory first, RiskReport memory second) = _pair();
        Attestations memory one = _attest(first);
        _noCause();
        _sentinel.proveEquivocation(first, one, first, one);
        second.epoch += 1;
        Attestations memory other = _attest(second);
        _noCause();
        _sentinel.proveEquivocation(first, one, second, other);
        (second.epoch, second.chunkIndex, second.chunkCount) = (first.epoch, 1, 2);
        other = _attest(second);
        _noCause();
        _sentinel.proveEquivocation(first, one, second, other);
        (second.chunkIndex, second.chunkCount, second.signerSetVersion) = (0, 1, 2);
        other = _attest(second);
        _noCause();
        _sentinel.proveEquivocation(first, one, second, other);
    }

    function test_S3_RevertWhen_OneSideHasNoQuorum() public {
        (RiskReport memory first, RiskReport memory second) = _pair();
        Attestations memory one = _attest(first);
        Attestations memory other = _attestDigest(_oracle.reportDigest(second), 0x3);
        vm.expectPartialRevert(ISignerRegistry.SignerRegistryNoQuorum.selector);
        _sentinel.proveEquivocation(first, one, second, other);
        vm.expectPartialRevert(ISignerRegistry.SignerRegistryInvalidSignature.selector);
        _sentinel.proveEquivocation(first, one, second, one);
    }

    function test_A7_RevertWhen_ARemovedSignerWouldTrip() public {
        (RiskReport memory first, RiskReport memory second) = _pair();
        (Attestations memory one, Attestations memory other) = (_attest(first), _attest(second));
        vm.prank(GUARDIAN);
        _signers.removeSigner(vm.addr(1_001));
        vm.expectPartialRevert(ISignerRegistry.SignerRegistryInvalidSignature.selector);
        _sentinel.proveEquivocation(first, one, second, other);
        _expectBreaker(BreakerMode.NORMAL, BreakerReason.NONE);
    }

    function test_S11_RevertWhen_AnEndedSetWouldTrip() public {
        (RiskReport memory first, RiskReport memory second) = _pair();
        (Attestations memory one, Attestations memory other) = (_attest(first), _attest(second));
        _signers.activateSet(_signerSet(20, 4), 3);
        skip(OVERLAP_SEC + 1);
        vm.expectPartialRevert(ISignerRegistry.SignerRegistryInactiveVersion.selector);
        _sentinel.proveEquivocation(first, one, second, other);
    }

    function test_RevertWhen_ReplacedSentinelTrips() public {
        _oracle.setWatch(GUARDIAN, SENTINEL);
        _feed.updateAnswer(0);
        vm.expectRevert(abi.encodeWithSelector(IRiskOracleLog.RiskOracleNotWatch.selector, address(_sentinel)));
        _sentinel.pokePrice(MARKET);
    }
}
