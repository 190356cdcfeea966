// SPDX-License-Identifier: MIT
pragma solidity 0.8.30;

import {IRiskOracleLog} from "../../../contracts/interfaces/IRiskOracleLog.sol";
import {MockV3Aggregator} from "@chainlink/contracts/src/v0.8/shared/mocks/MockV3Aggregator.sol";
import {IRiskClasses} from "../../../contracts/interfaces/IRiskClasses.sol";
import {AggregatorV3Interface} from "../../../contracts/interfaces/IPriceGuard.sol";
import {IRiskOracle} from "../../../contracts/interfaces/IRiskOracle.sol";
import {FeedConsumer} from "../../../contracts/samples/FeedConsumer.sol";
import {RatioConsumer} from "../../../contracts/samples/RatioConsumer.sol";
import {ParamStatus} from "../../../contracts/types/RiskTypes.sol";
import {OracleFixture} from "../oracle/OracleFixture.sol";

/// @dev Given the real oracle with position 1 of this contract registered: unknown, unscored, fresh, too old, stale.
contract RatioConsumerTest is OracleFixture {
    uint256 private constant CEILING = 1_001;
    RatioConsumer private _consumer;

    function setUp() public override {
        super.setUp();
        _oracle.registerPosition(1, CLASS_ID);
        _consumer = new RatioConsumer(_oracle, 10 minutes);
    }

    function test_RevertWhen_ConfigIsEmpty() public {
        vm.expectRevert(RatioConsumer.RatioConsumerInvalidConfig.selector);
        new RatioConsumer(IRiskOracle(address(0)), 1);
        vm.expectRevert(RatioConsumer.RatioConsumerInvalidConfig.selector);
        new RatioConsumer(_oracle, 0);
    }

    function test_RevertWhen_PositionIsUnknown() public {
        bytes memory unknown = abi.encodeWithSelector(IRiskOracleLog.RiskOracleUnknownPosition.selector, 0, 2);
        vm.expectRevert(unknown);
        _consumer.maintenanceBufferUp(address(this), 2, CEILING);
        vm.expectRevert(unknown);
        _consumer.increaseBufferUp(address(this), 2, CEILING);
        vm.expectRevert(unknown);
        _consumer.penaltyDown(address(this), 2, CEILING);
        (bool isKnown, uint256 buffer) = _consumer.tryMaintenanceBufferUp(address(this), 2, CEILING);
        assertFalse(isKnown);
        assertEq(buffer, 0);
    }

    function test_RevertWhen_ClassIsUnknown() public {
        vm.expectRevert(abi.encodeWithSelector(IRiskClasses.RiskClassesUnknownClass.selector, 99));
        _consumer.openingBufferUp(99, CEILING);
    }

    function test_RevertWhen_RiskGrowsWithoutAScore() public {
        _expectNotFresh(ParamStatus.UNSCORED);
        assertEq(_consumer.maintenanceBufferUp(address(this), 1, CEILING), 301);
    }

    function test_RevertWhen_RiskGrowsOnAStaleOrOldScore() public {
        _submit(_entry(1, 1, 3_100, 500));
        uint256 observedAt = block.timestamp - 1;
        vm.warp(observedAt + 10 minutes);
        _consumer.increaseBufferUp(address(this), 1, CEILING);
        vm.warp(block.timestamp + 1);
        bytes4 tooOld = RatioConsumer.RatioConsumerTooOld.selector;
        vm.expectRevert(abi.encodeWithSelector(tooOld, observedAt, observedAt + 1));
        _consumer.increaseBufferUp(address(this), 1, CEILING);
        vm.warp(observedAt + _class().validitySec);
        _expectNotFresh(ParamStatus.STALE);
        // Maintenance goes on: never below the last score.
        assertGe(_consumer.maintenanceBufferUp(address(this), 1, CEILING), 311);
    }

    function test_FreshScore() public {
        _submit(_entry(1, 1, 3_000, 500));
        assertEq(_consumer.maintenanceBufferUp(address(this), 1, CEILING), 301);
        assertEq(_consumer.increaseBufferUp(address(this), 1, CEILING), 361);
        assertEq(_consumer.openingBufferUp(CLASS_ID, CEILING), 361);
        assertEq(_consumer.penaltyDown(address(this), 1, CEILING), 50);
        (bool isKnown, uint256 buffer) = _consumer.tryMaintenanceBufferUp(address(this), 1, CEILING);
        assertTrue(isKnown);
        assertEq(buffer, 301);
    }

    function _expectNotFresh(ParamStatus status) private {
        bytes4 selector = RatioConsumer.RatioConsumerNotFresh.selector;
        vm.expectRevert(abi.encodeWithSelector(selector, address(this), 1, status));
        _consumer.increaseBufferUp(address(this), 1, CEILING);
    }
}

/// @dev Given Chainlink's own mock with 4 decimals: each way in which an answer is unusable, then a usable one.
contract FeedConsumerTest is OracleFixture {
    uint256 private constant MAX_AGE = 1 hours;
    MockV3Aggregator private _feed;
    FeedConsumer private _consumer;

    function setUp() public override {
        vm.warp(START);
        _feed = new MockV3Aggregator(4, 1_234);
        _consumer = new FeedConsumer(AggregatorV3Interface(address(_feed)), MAX_AGE);
    }

    function test_RevertWhen_ConfigIsUnusable() public {
        vm.expectRevert(FeedConsumer.FeedConsumerInvalidConfig.selector);
        new FeedConsumer(AggregatorV3Interface(address(0)), MAX_AGE);
        vm.expectRevert(FeedConsumer.FeedConsumerInvalidConfig.selector);
        new FeedConsumer(AggregatorV3Interface(address(_feed)), 0);
        MockV3Aggregator fine = new MockV3Aggregator(19, 1);
        vm.expectRevert(FeedConsumer.FeedConsumerInvalidConfig.selector);
        new FeedConsumer(AggregatorV3Interface(address(fine)), MAX_AGE);
    }

    function test_RevertWhen_AnswerIsImplausible() public {
        int256[3] memory answers = [int256(0), -1, 10_001];
        for (uint256 i = 0; i < answers.length; ++i) {
            _feed.updateAnswer(answers[i]);
            vm.expectRevert(abi.encodeWithSelector(FeedConsumer.FeedConsumerImplausible.selector, answers[i], 10_000));
            _consumer.rhoBpsUp();
        }
    }

    function test_RevertWhen_RoundIsUnfinishedOrFromTheFuture() public {
        _feed.updateRoundData(7, 1_234, 0, 0);
        _expectStale(7, 0);
        _feed.updateRoundData(8, 1_234, block.timestamp + 1, block.timestamp);
        _expectStale(8, block.timestamp + 1);
    }

    function test_RevertWhen_AnswerIsOld() public {
        vm.warp(START + MAX_AGE);
        assertEq(_consumer.rhoBpsUp(), 1_234);
        vm.warp(START + MAX_AGE + 1);
        _expectStale(1, START);
    }

    function test_RevertWhen_AnswerIsCarriedOver() public {
        vm.mockCall(
            address(_feed),
            abi.encodeWithSelector(AggregatorV3Interface.latestRoundData.selector),
            abi.encode(uint80(9), int256(1_234), block.timestamp, block.timestamp, uint80(8))
        );
        bytes4 stale = FeedConsumer.FeedConsumerStale.selector;
        vm.expectRevert(abi.encodeWithSelector(stale, 9, 8, block.timestamp, block.timestamp));
        _consumer.rhoBpsUp();
    }

    function testFuzz_BufferRoundsUp(uint64 ceiling, uint256 answer, uint8 decimals) public {
        decimals = uint8(bound(decimals, 0, 18));
        answer = bound(answer, 1, 10 ** decimals);
        MockV3Aggregator feed = new MockV3Aggregator(decimals, int256(answer));
        FeedConsumer consumer = new FeedConsumer(AggregatorV3Interface(address(feed)), MAX_AGE);
        uint256 one = 10 ** decimals;
        assertEq(consumer.bufferUp(ceiling), (uint256(ceiling) * answer + one - 1) / one);
        assertEq(consumer.rhoBpsUp(), (answer * 10_000 + one - 1) / one);
    }

    function _expectStale(uint80 roundId, uint256 updatedAt) private {
        bytes4 stale = FeedConsumer.FeedConsumerStale.selector;
        vm.expectRevert(abi.encodeWithSelector(stale, roundId, roundId, updatedAt, block.timestamp));
        _consumer.rhoBpsUp();
    }
}
