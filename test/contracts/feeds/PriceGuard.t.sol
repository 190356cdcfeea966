// SPDX-License-Identifier: MIT
pragma solidity 0.8.30;

import {IAccessManaged} from "@openzeppelin/contracts/access/manager/IAccessManaged.sol";
import {console} from "@chainlink/contracts/src/v0.8/vendor/forge-std/src/console.sol";
import {AggregatorV3Interface, FeedConfig, IPriceGuard} from "../../../contracts/interfaces/IPriceGuard.sol";
import {PhasedTestFeed} from "../../../contracts/local/PhasedTestFeed.sol";
import {FeedSource, SequencerConfig} from "../../../contracts/types/FeedTypes.sol";
import {FeedFixture} from "./FeedFixture.sol";
import {ChoosyFeed, BombFeed, LoopingFeed, SlowFeed, StrictProxy, UptimeFeed} from "./HostileFeeds.sol";

/// @title Spot prices: second source, clamps, sequencer, hostile feeds
contract PriceGuardTest is FeedFixture {
    uint32 private constant GRACE = 1 hours;

    function _expect(bytes4 selector) private {
        vm.expectPartialRevert(selector);
        guard.spotE8(MARKET);
    }

    function test_RevertWhen_SecondSourceIsConfiguredWithoutItsLimits() external {
        for (uint256 i = 0; i < 2; ++i) {
            FeedConfig memory config = _config(address(feed));
            config.secondFeed = second;
            (config.secondMaxAgeSec, config.maxDeviationBps) = i == 0 ? (0, 100) : (MAX_AGE, 0);
            vm.expectRevert(abi.encodeWithSelector(IPriceGuard.PriceFeedConfigInvalid.selector, MARKET));
            guard.setFeed(MARKET, config);
        }
    }

    function test_RevertWhen_UnknownMarketOrNotAuthorised() external {
        bytes memory unknown = abi.encodeWithSelector(IPriceGuard.PriceFeedUnknown.selector, 2);
        vm.expectRevert(unknown);
        guard.sources(2);
        vm.expectRevert(unknown);
        guard.refreshClamp(2);
        vm.startPrank(stranger);
        vm.expectPartialRevert(IAccessManaged.AccessManagedUnauthorized.selector);
        guard.setSequencer(SequencerConfig(feed, 0, 0));
    }

    function test_ConfigReadsBackWithDecimalsOfTheFeeds() external {
        _useSecond(address(second), true);
        FeedConfig memory config = guard.feedConfig(MARKET);
        assertEq(address(config.feed), address(feed));
        assertEq(address(config.secondFeed), address(second));
        assertEq(config.decimals, 8);
        assertEq(config.secondDecimals, 18);
        assertEq(config.secondMaxAgeSec, 2 * MAX_AGE);
        assertTrue(config.secondRequired);
    }

    function test_C33_FeedsDisagree() external {
        for (uint256 i = 0; i < 2; ++i) {
            _useSecond(address(second), i == 1);
            _pushSecond(60_600e8, START);
            guard.spotE8(MARKET);
            _pushSecond(59_400e8, START);
            guard.spotE8(MARKET);
            _pushSecond(60_600e8 + 1, START);
            vm.expectRevert(
                abi.encodeWithSelector(IPriceGuard.PriceDeviation.selector, SPOT, 60_600e8 + 1, TOLERANCE_BPS)
            );
            guard.spotE8(MARKET);
            _pushSecond(59_400e8 - 1, START);
            _expect(IPriceGuard.PriceDeviation.selector);
        }
    }

    /// @dev Each source has its own limit: here the first may be an hour old, the second two.
    function test_C33_OneFeedIsStale() external {
        _useSecond(address(second), false);
        vm.warp(START + MAX_AGE + 1);
        _expect(IPriceGuard.PriceStale.selector);
        _push(SPOT, block.timestamp);
        guard.spotE8(MARKET);
        vm.warp(START + 2 * MAX_AGE + 1);
        _push(SPOT, block.timestamp);
        // A silent optional source says nothing, not even when its old answer is far away.
        _pushSecond(1_000e8, START);
        guard.spotE8(MARKET);
        // A fresh one that is implausible does.
        second.push(0, uint64(block.timestamp));
        _expect(IPriceGuard.PriceImplausible.selector);
        _pushSecond(1_000e8, START);
        _useSecond(address(second), true);
        _expect(IPriceGuard.PriceStale.selector);
    }

    /// @dev V5.
    function test_C33_AnswerAtTheAggregatorsOwnBoundIsNoPrice() external {
        feed.setClamp(50_000e8, 100_000e8);
        guard.refreshClamp(MARKET);
        _push(50_000e8 + 1, START);
        guard.spotE8(MARKET);
        _push(100_000e8 - 1, START);
        guard.spotE8(MARKET);
        _push(50_000e8, START);
        vm.expectRevert(abi.encodeWithSelector(IPriceGuard.PriceAtClamp.selector, feed, 50_000e8));
        guard.spotE8(MARKET);
        _push(100_000e8, START);
        _expect(IPriceGuard.PriceAtClamp.selector);
    }

    function test_C33_SecondSourceAtItsBoundBlocksToo() external {
        second.setClamp(60_000e18, 100_000e18);
        _useSecond(address(second), false);
        _expect(IPriceGuard.PriceAtClamp.selector);
        _pushSecond(60_001e8, START);
        guard.spotE8(MARKET);
    }

    /// @dev A new aggregator may have other bounds; nobody has to tell the guard first.
    function test_C33_BoundsOfANewPhaseHoldAtOnce() external {
        feed.startPhase();
        feed.setClamp(60_000e8, 100_000e8);
        _push(60_000e8, START);
        _expect(IPriceGuard.PriceAtClamp.selector);
        guard.refreshClamp(MARKET);
        (FeedSource memory first, ) = guard.sources(MARKET);
        assertEq(first.clampPhase, 2);
        assertEq(first.clampMinE8, 60_000e8);
        _expect(IPriceGuard.PriceAtClamp.selector);
    }

    function test_FeedsThatShowNoBoundsHaveNone() external {
        StrictProxy strict = new StrictProxy(feed);
        guard.setFeed(MARKET, _config(address(strict)));
        (FeedSource memory first, ) = guard.sources(MARKET);
        assertEq(first.clampMinE8, 0);
        assertEq(first.clampMaxE8, type(uint64).max);
        guard.spotE8(MARKET);
    }

    function testFuzz_DecimalsFrom0To18(uint8 decimals, uint64 priceE8) external {
        decimals = uint8(bound(decimals, 0, 18));
        priceE8 = uint64(bound(priceE8, 1e8, 10_000_000e8));
        PhasedTestFeed other = new PhasedTestFeed(decimals, "", address(this));
        uint256 answer = (uint256(priceE8) * 10 ** decimals) / 1e8;
        other.push(int192(int256(answer)), uint64(START));
        FeedConfig memory config = _config(address(other));
        config.minPriceE8 = 1;
        guard.setFeed(MARKET, config);
        // Feeds with fewer than eight decimals say 1 at least; their own bound there is 1 too.
        if (answer <= 1) return;
        (uint64 read, ) = guard.spotE8(MARKET);
        assertEq(read, (answer * 1e8) / 10 ** decimals);
        assertLe(read, priceE8);
    }

    function _sequencer(uint32 maxAgeSec) private returns (UptimeFeed uptime) {
        uptime = new UptimeFeed();
        guard.setSequencer(SequencerConfig(uptime, GRACE, maxAgeSec));
    }

    function test_RevertWhen_SequencerConfigIsInvalid() external {
        vm.expectPartialRevert(IPriceGuard.PriceSequencerInvalid.selector);
        guard.setSequencer(SequencerConfig(AggregatorV3Interface(stranger), 0, 0));
        vm.expectPartialRevert(IPriceGuard.PriceSequencerInvalid.selector);
        guard.setSequencer(SequencerConfig(feed, 1 days + 1, 0));
        AggregatorV3Interface looping = AggregatorV3Interface(address(new LoopingFeed()));
        vm.expectPartialRevert(IPriceGuard.PriceSequencerInvalid.selector);
        guard.setSequencer(SequencerConfig(looping, 0, 0));
    }

    /// @dev T8.
    function test_C33_SequencerUninitialisedDownRestartedStale() external {
        UptimeFeed uptime = _sequencer(0);
        _expect(IPriceGuard.PriceSequencerUninitialised.selector);
        uptime.set(0, START + 1, START);
        _expect(IPriceGuard.PriceSequencerUninitialised.selector);
        uptime.set(1, START - 1 days, START);
        _expect(IPriceGuard.PriceSequencerDown.selector);
        uptime.set(0, START - GRACE + 1, START);
        vm.expectRevert(abi.encodeWithSelector(IPriceGuard.PriceSequencerGrace.selector, uptime, START + 1));
        guard.spotE8(MARKET);
        uptime.set(0, START - GRACE, START - GRACE);
        guard.spotE8(MARKET);
        guard.setSequencer(SequencerConfig(uptime, GRACE, 10 minutes));
        _expect(IPriceGuard.PriceSequencerStale.selector);
        uptime.set(0, START - GRACE, START + 1);
        _expect(IPriceGuard.PriceSequencerStale.selector);
        uptime.set(0, START - GRACE, START - 10 minutes);
        guard.spotE8(MARKET);
        guard.setSequencer(SequencerConfig(AggregatorV3Interface(address(0)), 0, 0));
        uptime.set(1, START - GRACE, START);
        guard.spotE8(MARKET);
    }

    /// @dev The price itself may be fresh while the sequencer's feed answers nothing.
    function test_RevertWhen_UptimeFeedGoesSilent() external {
        UptimeFeed uptime = _sequencer(0);
        uptime.set(0, START - GRACE, START);
        guard.spotE8(MARKET);
        vm.etch(address(uptime), hex"");
        _expect(IPriceGuard.PriceSequencerUnreadable.selector);
    }

    function test_C63_BombAndLoopCostABoundedAmount() external {
        address[2] memory hostile = [address(new BombFeed()), address(new LoopingFeed())];
        for (uint256 i = 0; i < 2; ++i) {
            guard.setFeed(MARKET, _config(hostile[i]));
            uint256 before = gasleft();
            vm.expectPartialRevert(i == 0 ? IPriceGuard.PriceStale.selector : IPriceGuard.PriceFeedUnreadable.selector);
            guard.spotE8(MARKET);
            // A copied answer would cost as much again as it cost to give.
            assertLt(before - gasleft(), i == 0 ? 70_000 : 260_000);
        }
    }

    function test_C63_OptionalSourceThatLoopsDoesNotStopTheFirst() external {
        _useSecond(address(new LoopingFeed()), false);
        (uint64 priceE8, ) = guard.spotE8(MARKET);
        assertEq(priceE8, SPOT);
        _useSecond(address(new LoopingFeed()), true);
        _expect(IPriceGuard.PriceFeedUnreadable.selector);
    }

    /// @dev With little gas the second read fails although its feed is alive: that must not count as silence.
    function test_C63_ADisagreeingSourceCannotBeStarved() external {
        _useSecond(address(second), false);
        _pushSecond(50_000e8, START);
        for (uint256 gasLimit = 20_000; gasLimit < 120_000; gasLimit += 500) {
            (bool ok, ) = address(guard).staticcall{gas: gasLimit}(abi.encodeCall(IPriceGuard.spotE8, (MARKET)));
            assertFalse(ok);
        }
    }

    /// @dev What the slow source leaves of little gas would be enough to go on without it.
    function test_C63_ASlowDisagreeingSourceCannotBeStarved() external {
        _requireNoPriceAtAnyGas(address(new SlowFeed(AggregatorV3Interface(address(second)))));
    }

    function test_C63_ASourceThatGivesUpEarlyCannotBeStarved() external {
        _requireNoPriceAtAnyGas(address(new ChoosyFeed(AggregatorV3Interface(address(second)))));
    }

    /// @dev The optional second source disagrees, whatever the caller pays for.
    function _requireNoPriceAtAnyGas(address source) private {
        _pushSecond(50_000e8, START);
        _useSecond(source, false);
        bytes memory data = abi.encodeCall(IPriceGuard.spotE8, (MARKET));
        for (uint256 gasLimit = 60_000; gasLimit < 260_000; gasLimit += 1_000) {
            (bool ok, ) = address(guard).staticcall{gas: gasLimit}(data);
            assertFalse(ok);
        }
    }

    /// @dev Cold read without sequencer and second source, call included. Two words of configuration and the sequencer's.
    function test_GasOfTheHotRead() external {
        vm.cool(address(guard));
        vm.cool(address(feed));
        vm.cool(feed.phaseAggregators(1));
        uint256 before = gasleft();
        guard.spotE8(MARKET);
        uint256 used = before - gasleft();
        console.log("spotE8, cold", used);
        assertLe(used, 27_000);
    }
}
