// SPDX-License-Identifier: MIT
pragma solidity 0.8.30;

import {IRiskOracleLog} from "../../../contracts/interfaces/IRiskOracleLog.sol";
import {AggregatorV3Interface} from "@chainlink/contracts/src/v0.8/shared/interfaces/AggregatorV3Interface.sol";
import {IAccessManaged} from "@openzeppelin/contracts/access/manager/IAccessManaged.sol";
import {AccessManager} from "@openzeppelin/contracts/access/manager/AccessManager.sol";
import {IRiskHistory, RiskCheckpoint} from "../../../contracts/interfaces/IRiskHistory.sol";
import {IRiskOracle} from "../../../contracts/interfaces/IRiskOracle.sol";
import {RiskHistory} from "../../../contracts/oracle/RiskHistory.sol";
import {ClassRatioFeed} from "../../../contracts/oracle/adapters/ClassRatioFeed.sol";
import {PositionRatio, PositionRatioFeed} from "../../../contracts/oracle/adapters/PositionRatioFeed.sol";
import {RatioFeed} from "../../../contracts/oracle/adapters/RatioFeed.sol";
import {RiskParams, RiskReport} from "../../../contracts/types/RiskTypes.sol";
import {OracleFixture} from "./OracleFixture.sol";

/// @notice given a position, its history and feeds over both / when a consumer reads them as it reads a Chainlink feed /
/// rounds rise, ages are those of the data, and nothing unknown is ever answered with a number.
contract RatioFeedsTest is OracleFixture {
    RiskHistory private _history;

    function setUp() public override {
        super.setUp();
        _oracle.registerPosition(1, CLASS_ID);
        _history = new RiskHistory(address(new AccessManager(address(this))), _oracle);
    }

    function _feed(PositionRatio ratio) private returns (AggregatorV3Interface feed) {
        return new PositionRatioFeed(_oracle, _history, address(this), 1, ratio, "Plimsoll test ratio");
    }

    function _score(uint16 rho, uint16 pi) private returns (uint40 observedAt) {
        bytes memory quantiles = abi.encodePacked(CLASS_ID, rho + 500, pi + 50);
        RiskReport memory report = _report(_entry(1, 1, rho, pi), quantiles);
        _oracle.submitReport(report, _attest(report), _entry(1, 1, rho, pi), quantiles);
        return report.observedAt;
    }

    function _expectRound(AggregatorV3Interface feed, uint80 roundId, uint256 ratio) private view {
        (uint80 id, int256 answer, uint256 startedAt, uint256 updatedAt, uint80 answeredIn) = feed.getRoundData(
            roundId
        );
        assertEq(id, roundId);
        assertEq(answer, int256(ratio));
        assertEq(startedAt, roundId);
        assertEq(updatedAt, roundId);
        assertEq(answeredIn, roundId);
    }

    function test_RevertWhen_FeedIsMisconfigured() public {
        vm.expectRevert(RatioFeed.RatioFeedInvalidConfig.selector);
        new PositionRatioFeed(IRiskOracle(address(0)), _history, address(this), 1, PositionRatio.TARGET, "");
        vm.expectRevert(RatioFeed.RatioFeedInvalidConfig.selector);
        new PositionRatioFeed(_oracle, _history, address(0), 1, PositionRatio.TARGET, "");
        vm.expectRevert(RatioFeed.RatioFeedInvalidConfig.selector);
        new ClassRatioFeed(IRiskOracle(address(0)), CLASS_ID, false, "");
        vm.expectRevert(RatioFeed.RatioFeedInvalidConfig.selector);
        new ClassRatioFeed(_oracle, 4_096, false, "");
        vm.expectRevert(IRiskHistory.RiskHistoryInvalidConfig.selector);
        new RiskHistory(address(this), IRiskOracle(address(0)));
    }

    function test_RevertWhen_NothingWasObserved() public {
        AggregatorV3Interface feed = _feed(PositionRatio.MAINTENANCE);
        vm.expectRevert(RatioFeed.RatioFeedNoData.selector);
        feed.latestRoundData();
        vm.expectRevert(abi.encodeWithSelector(RatioFeed.RatioFeedUnknownRound.selector, uint80(START)));
        feed.getRoundData(uint80(START));
        feed = new ClassRatioFeed(_oracle, CLASS_ID, false, "");
        vm.expectRevert(RatioFeed.RatioFeedNoData.selector);
        feed.latestRoundData();
    }

    function test_RevertWhen_PositionIsUnknownOrRetired() public {
        AggregatorV3Interface feed = _feed(PositionRatio.PENALTY);
        _score(2_000, 500);
        _oracle.retirePosition(1);
        vm.expectRevert(abi.encodeWithSelector(IRiskOracleLog.RiskOracleUnknownPosition.selector, 0, 1));
        feed.latestRoundData();
        feed = new PositionRatioFeed(_oracle, _history, address(0xbad), 1, PositionRatio.TARGET, "");
        vm.expectRevert(abi.encodeWithSelector(IRiskOracleLog.RiskOracleUnknownSource.selector, address(0xbad)));
        feed.latestRoundData();
    }

    function test_RevertWhen_RoundIsUnknown() public {
        AggregatorV3Interface feed = _feed(PositionRatio.MAINTENANCE);
        uint40 observedAt = _score(2_000, 500);
        uint80[4] memory ids = [uint80(0), observedAt - 1, observedAt + 1, (uint80(1) << 64) | observedAt];
        for (uint256 index = 0; index < ids.length; ++index) {
            vm.expectRevert(abi.encodeWithSelector(RatioFeed.RatioFeedUnknownRound.selector, ids[index]));
            feed.getRoundData(ids[index]);
        }
    }

    function test_FeedsShowTheFourRatiosInBasisPoints() public {
        uint40 observedAt = _score(2_000, 500);
        RiskParams memory params = _oracle.getParams(address(this), 1);
        uint16[4] memory expected = [params.rhoBps, params.rhoTargetBps, params.rhoInitialBps, params.piBps];
        for (uint256 ratio = 0; ratio < expected.length; ++ratio) {
            AggregatorV3Interface feed = _feed(PositionRatio(ratio));
            assertEq(feed.decimals(), 4);
            assertEq(feed.version(), 1);
            assertEq(feed.description(), "Plimsoll test ratio");
            _expectRound(feed, observedAt, expected[ratio]);
        }
        _expectRound(new ClassRatioFeed(_oracle, CLASS_ID, false, ""), observedAt, 2_500);
        _expectRound(new ClassRatioFeed(_oracle, CLASS_ID, true, ""), observedAt, 550);
    }

    function test_RoundsRiseAndAgeIsThatOfTheObservation() public {
        AggregatorV3Interface feed = _feed(PositionRatio.TARGET);
        uint40 first = _score(2_000, 500);
        skip(45 minutes);
        (, , , uint256 updatedAt, ) = feed.latestRoundData();
        assertEq(block.timestamp - updatedAt, 45 minutes + 1);
        uint40 second = _score(2_300, 500);
        assertGt(second, first);
        _expectRound(feed, second, 2_300);
        vm.expectRevert(abi.encodeWithSelector(RatioFeed.RatioFeedUnknownRound.selector, uint80(first)));
        feed.getRoundData(first);
    }

    function test_NewestRoundFollowsTheRampAndTheFallback() public {
        AggregatorV3Interface feed = _feed(PositionRatio.MAINTENANCE);
        _score(2_000, 500);
        skip(300);
        uint40 observedAt = _score(2_300, 500);
        _expectRound(feed, observedAt, 2_000);
        skip(40 minutes);
        _expectRound(feed, observedAt, 2_300);
        skip(30 hours);
        _expectRound(feed, observedAt, 3_000);
    }

    function test_HistoryKeepsPastRounds() public {
        AggregatorV3Interface feed = _feed(PositionRatio.TARGET);
        uint40 first = _score(2_000, 500);
        vm.expectRevert(abi.encodeWithSelector(IRiskHistory.RiskHistoryDisabled.selector, address(this), 1));
        _history.record(address(this), 1);
        _history.switchHistory(1, true);
        vm.prank(address(0xcafe));
        _history.record(address(this), 1);
        vm.expectRevert(abi.encodeWithSelector(IRiskHistory.RiskHistoryNothingNew.selector, address(this), 1, first));
        _history.record(address(this), 1);
        skip(300);
        uint40 second = _score(2_300, 510);
        _history.record(address(this), 1);
        skip(300);
        uint40 third = _score(2_600, 520);
        _expectRound(feed, first, 2_000);
        _expectRound(feed, second, 2_300);
        _expectRound(feed, third, 2_600);
        assertEq(_history.checkpointCount(address(this), 1), 2);
        assertEq(_history.checkpointAt(address(this), 1, 1).observedAt, second);
        (bool found, RiskCheckpoint memory past) = _history.checkpointAsOf(address(this), 1, second - 1);
        assertTrue(found && past.observedAt == first && past.rhoTargetBps == 2_000 && past.piBps == 500);
        assertEq(past.recordedAt, START);
        (found, past) = _history.checkpointAsOf(address(this), 1, first - 1);
        assertTrue(!found && past.observedAt == 0);
        (found, past) = _history.checkpointAsOf(address(this), 1, type(uint40).max);
        assertTrue(found && past.observedAt == second && past.score == 200);
    }

    function test_RevertWhen_HistoryIsSwitchedByAStranger() public {
        vm.prank(address(0xbad));
        vm.expectRevert(abi.encodeWithSelector(IAccessManaged.AccessManagedUnauthorized.selector, address(0xbad)));
        _history.switchHistoryOf(address(this), 1, true);
        vm.prank(address(0xbad));
        _history.switchHistory(1, true);
        vm.expectRevert(abi.encodeWithSelector(IRiskHistory.RiskHistoryDisabled.selector, address(this), 1));
        _history.record(address(this), 1);
        _history.switchHistoryOf(address(this), 1, true);
        vm.expectRevert(abi.encodeWithSelector(IRiskHistory.RiskHistoryNothingNew.selector, address(this), 1, 0));
        _history.record(address(this), 1);
        _history.switchHistoryOf(address(this), 1, false);
        _score(2_000, 500);
        vm.expectRevert(abi.encodeWithSelector(IRiskHistory.RiskHistoryDisabled.selector, address(this), 1));
        _history.record(address(this), 1);
    }

    function testFuzz_HistoryFindsTheNewestNotYounger(uint256 seed, uint8 steps) public {
        _history.switchHistory(1, true);
        uint256 count = bound(steps, 1, 12);
        uint40[] memory times = new uint40[](count);
        for (uint256 step = 0; step < count; ++step) {
            skip(1 + (uint256(keccak256(abi.encode(seed, step))) % 50 minutes));
            times[step] = _score(2_000, 500);
            _history.record(address(this), 1);
        }
        uint40 asked = uint40(bound(seed, START - 10, block.timestamp + 10));
        uint40 expected;
        for (uint256 step = 0; step < count && times[step] <= asked; ++step) expected = times[step];
        (bool found, RiskCheckpoint memory past) = _history.checkpointAsOf(address(this), 1, asked);
        assertEq(past.observedAt, expected);
        assertEq(found, expected != 0);
    }
}
