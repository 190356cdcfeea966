// SPDX-License-Identifier: MIT
pragma solidity 0.8.30;

import {console} from "@chainlink/contracts/src/v0.8/vendor/forge-std/src/console.sol";
import {IPriceGuard} from "../../../contracts/interfaces/IPriceGuard.sol";
import {ISettlementOracle} from "../../../contracts/interfaces/ISettlementOracle.sol";
import {PhasedTestFeed} from "../../../contracts/local/PhasedTestFeed.sol";
import {FeedFixture} from "./FeedFixture.sol";
import {StrictProxy} from "./HostileFeeds.sol";

/// @title Proofs of settlement prices
contract SettlementOracleTest is FeedFixture {
    function _settle(uint80 roundId) private returns (uint64 priceE8) {
        return settlement.settlePrice(MARKET, EXPIRY, roundId);
    }

    function _roundId(uint80 phase, uint80 round) private pure returns (uint80) {
        return (phase << 64) | round;
    }

    function _expect(bytes4 selector) private {
        vm.expectPartialRevert(selector);
    }

    function test_C42_NoRoundForAnHourLeavesOnlyTheFallback() external {
        _push(SPOT, EXPIRY - 10);
        uint80 late = _push(55_000e8, EXPIRY + 1 hours + 1);
        vm.warp(EXPIRY + 2 hours);
        _expect(ISettlementOracle.SettlementRoundOutOfWindow.selector);
        _settle(late);
        settlement.recordRound(MARKET, EXPIRY, false, late - 1);
        settlement.recordRound(MARKET, EXPIRY, false, late);
        _expect(ISettlementOracle.SettlementTime.selector);
        settlement.setFallbackPrice(MARKET, EXPIRY, 57_000e8);
        vm.warp(EXPIRY + 36 hours);
        settlement.setFallbackPrice(MARKET, EXPIRY, 57_000e8);
        (uint64 priceE8, bool isFinal) = settlement.settlementPrice(MARKET, EXPIRY);
        assertEq(priceE8, 57_000e8);
        assertTrue(isFinal);
    }

    /// @dev Ids 3 to 10 never existed; the proxy refuses them.
    function test_C42_RoundIdGap() external {
        StrictProxy strict = new StrictProxy(feed);
        guard.setFeed(MARKET, _config(address(strict)));
        uint80 early = _push(SPOT, EXPIRY - 5);
        for (uint256 i = 0; i < 8; ++i) feed.push(0, 0);
        uint80 first = _push(61_000e8, EXPIRY + 5);
        assertEq(first - early, 9);
        vm.warp(EXPIRY + 60);
        assertEq(_settle(first), 61_000e8);
    }

    function test_C42_RevertWhen_GapIsTooLongToBeRead() external {
        _push(SPOT, EXPIRY + 1);
        for (uint256 i = 0; i < 17; ++i) feed.push(0, 0);
        uint80 later = _push(61_000e8, EXPIRY + 5);
        vm.warp(EXPIRY + 60);
        _expect(ISettlementOracle.SettlementRoundUnproven.selector);
        _settle(later);
    }

    /// @dev An earlier phase that ended before expiry proves nothing about rounds that nobody has read.
    function test_C42_RevertWhen_ALongGapHidesARoundOfANewPhase() external {
        uint64 last = uint64(_push(SPOT, EXPIRY - 1));
        feed.startPhase();
        _push(SPOT, EXPIRY + 1);
        for (uint256 i = 0; i < 17; ++i) feed.push(0, 0);
        uint80 later = _push(61_000e8, EXPIRY + 5);
        vm.warp(EXPIRY + 60);
        settlement.recordPhaseEnd(MARKET, false, 1, last);
        _expect(ISettlementOracle.SettlementRoundUnproven.selector);
        _settle(later);
    }

    function test_C42_RevertWhen_GapHidesNothingAndTheRoundBeforeIsAfterExpiry() external {
        _push(SPOT, EXPIRY - 1);
        _push(SPOT, EXPIRY + 1);
        feed.push(0, 0);
        uint80 later = _push(61_000e8, EXPIRY + 5);
        vm.warp(EXPIRY + 60);
        _expect(ISettlementOracle.SettlementRoundUnproven.selector);
        _settle(later);
    }

    function test_C42_RevertWhen_PreviousRoundIsWrong() external {
        _push(SPOT, EXPIRY - 1);
        uint80 first = _push(SPOT, EXPIRY);
        uint80 next = _push(61_000e8, EXPIRY + 5);
        vm.warp(EXPIRY + 60);
        vm.expectRevert(
            abi.encodeWithSelector(ISettlementOracle.SettlementRoundUnproven.selector, next, first, EXPIRY)
        );
        _settle(next);
        _settle(first);
    }

    function test_C42_PhaseChangeNeedsTheRecordedEnd() external {
        uint80 last = _push(SPOT, EXPIRY - 1);
        feed.startPhase();
        feed.startPhase();
        uint80 first = _push(61_000e8, EXPIRY + 5);
        vm.warp(EXPIRY + 60);
        vm.expectRevert(abi.encodeWithSelector(ISettlementOracle.SettlementPhaseEndUnknown.selector, feed, 2));
        _settle(first);
        settlement.recordPhaseEnd(MARKET, false, 2, 0);
        vm.expectRevert(abi.encodeWithSelector(ISettlementOracle.SettlementPhaseEndUnknown.selector, feed, 1));
        _settle(first);
        vm.prank(stranger);
        settlement.recordPhaseEnd(MARKET, false, 1, uint64(last));
        assertEq(settlement.phaseEnd(address(feed), 1).updatedAt, EXPIRY - 1);
        assertEq(_settle(first), 61_000e8);
    }

    function test_C42_RevertWhen_PhaseEndIsRecordedWrong() external {
        uint64 last = uint64(_push(SPOT, EXPIRY - 1));
        vm.warp(EXPIRY);
        bytes4 wrong = ISettlementOracle.SettlementPhaseEndWrong.selector;
        _expect(wrong);
        settlement.recordPhaseEnd(MARKET, false, 1, last - 1);
        _expect(wrong);
        settlement.recordPhaseEnd(MARKET, false, 1, last + 1);
        _expect(wrong);
        settlement.recordPhaseEnd(MARKET, false, 1, 0);
        // A round that is missing does not end a phase that goes on behind it.
        feed.push(0, 0);
        _push(SPOT, EXPIRY);
        _expect(wrong);
        settlement.recordPhaseEnd(MARKET, false, 1, last);
        _expect(ISettlementOracle.SettlementSecondMissing.selector);
        settlement.recordPhaseEnd(MARKET, true, 1, last);
    }

    /// @dev A replaced aggregator goes on after its end was recorded: the first round in the order of ids is then its.
    function test_C42_ReplacedAggregatorThatGoesOn() external {
        uint64 last = uint64(_push(SPOT, EXPIRY - 1));
        feed.startPhase();
        _push(61_000e8, EXPIRY - 3);
        uint80 current = _push(61_000e8, EXPIRY + 5);
        vm.warp(EXPIRY + 60);
        settlement.recordPhaseEnd(MARKET, false, 1, last);
        feed.pushTo(1, int192(int256(uint256(62_000e8))), uint64(EXPIRY + 6));
        _expect(ISettlementOracle.SettlementPhaseEndWrong.selector);
        _settle(current);
        settlement.recordPhaseEnd(MARKET, false, 1, last + 1);
        _expect(ISettlementOracle.SettlementRoundUnproven.selector);
        _settle(current);
        assertEq(_settle(_roundId(1, last + 1)), 62_000e8);
    }

    /// @dev An empty history proves nothing: rounds before may simply not be served.
    function test_C42_RevertWhen_NothingPrecedesTheRound() external {
        PhasedTestFeed fresh = new PhasedTestFeed(8, "", address(this));
        fresh.startPhase();
        guard.setFeed(MARKET, _config(address(fresh)));
        uint80 first = fresh.push(61_000e8, uint64(EXPIRY));
        vm.warp(EXPIRY);
        settlement.recordPhaseEnd(MARKET, false, 1, 0);
        vm.expectRevert(abi.encodeWithSelector(ISettlementOracle.SettlementRoundUnproven.selector, first, 0, 0));
        _settle(first);
    }

    /// @dev With too little gas the read of the next round of the earlier phase fails: that must not pass for its absence.
    function test_C42_ProofCannotBeStarved() external {
        uint64 last = uint64(_push(SPOT, EXPIRY - 1));
        feed.startPhase();
        _push(61_000e8, EXPIRY - 3);
        uint80 current = _push(61_000e8, EXPIRY + 5);
        vm.warp(EXPIRY + 60);
        settlement.recordPhaseEnd(MARKET, false, 1, last);
        feed.pushTo(1, 62_000e8, uint64(EXPIRY + 6));
        bytes memory data = abi.encodeCall(ISettlementOracle.settlePrice, (MARKET, EXPIRY, current));
        for (uint256 gasLimit = 30_000; gasLimit < 150_000; gasLimit += 500) {
            (bool ok, ) = address(settlement).call{gas: gasLimit}(data);
            assertFalse(ok);
        }
    }

    function test_C43_ZeroNegativeAbsurdAndClampedAnswers() external {
        feed.setClamp(1_000e8, 90_000e8);
        guard.refreshClamp(MARKET);
        int192[5] memory answers = [int192(0), -1, type(int192).max, 1_000e8, 90_000e8];
        for (uint256 i = 0; i < answers.length; ++i) {
            uint256 snapshot = vm.snapshotState();
            uint80 roundId = feed.push(answers[i], uint64(EXPIRY));
            vm.warp(EXPIRY);
            _expect(i < 3 ? IPriceGuard.PriceImplausible.selector : IPriceGuard.PriceAtClamp.selector);
            _settle(roundId);
            vm.revertToState(snapshot);
        }
    }

    function test_RevertWhen_ExpiryIsOffTheGrid() external {
        vm.warp(EXPIRY + 1 days);
        vm.expectRevert(abi.encodeWithSelector(ISettlementOracle.SettlementExpiryOffGrid.selector, EXPIRY + 1));
        settlement.settlePrice(MARKET, EXPIRY + 1, 1);
        (, bool isFinal) = settlement.settlementPrice(MARKET, EXPIRY + 1);
        assertFalse(isFinal);
    }

    /// @dev Neighbouring expiries share a word; none may touch another.
    function testFuzz_ExpiriesKeepApart(uint8[6] memory order, uint64[6] memory prices) external {
        uint64[6] memory expected;
        uint80[6] memory rounds;
        for (uint256 day = 0; day < 6; ++day) {
            _push(SPOT, EXPIRY + day * 1 days - 1);
            expected[day] = uint64(bound(prices[day], 1e8, 1_000_000e8));
            rounds[day] = _push(expected[day], EXPIRY + day * 1 days);
        }
        vm.warp(EXPIRY + 6 days);
        for (uint256 i = 0; i < 6; ++i) {
            uint256 day = order[i] % 6;
            (, bool isFinal) = settlement.settlementPrice(MARKET, uint40(EXPIRY + day * 1 days));
            if (!isFinal) settlement.settlePrice(MARKET, uint40(EXPIRY + day * 1 days), rounds[day]);
            expected[day] |= 1 << 63;
        }
        for (uint256 day = 0; day < 6; ++day) {
            (uint64 priceE8, bool isFinal) = settlement.settlementPrice(MARKET, uint40(EXPIRY + day * 1 days));
            assertEq(isFinal, expected[day] >> 63 == 1);
            if (isFinal) assertEq(priceE8, expected[day] & ((1 << 63) - 1));
        }
    }

    function _gasOf(uint40 expiry, uint80 roundId) private returns (uint256 used) {
        vm.cool(address(settlement));
        vm.cool(address(guard));
        vm.cool(address(feed));
        vm.cool(feed.phaseAggregators(1));
        bytes memory data = abi.encodeCall(ISettlementOracle.settlePrice, (MARKET, expiry, roundId));
        used = 21_000;
        for (uint256 i = 0; i < data.length; ++i) used += data[i] == 0 ? 4 : 16;
        uint256 before = gasleft();
        (bool ok, ) = address(settlement).call(data);
        used += before - gasleft();
        assertTrue(ok);
    }

    /// @dev Whole transaction. Three expiries share a word, so every third pays for a new one.
    function test_GasOfSettlePrice() external {
        uint256[4] memory used;
        for (uint256 day = 0; day < 4; ++day) {
            uint40 expiry = uint40(EXPIRY + day * 1 days);
            _push(SPOT, expiry - 1);
            uint80 roundId = _push(SPOT, expiry);
            vm.warp(expiry);
            used[day] = _gasOf(expiry, roundId);
            console.log(day % 3 == 1 ? "settlePrice, new word" : "settlePrice", used[day]);
        }
        assertLe(used[1], 75_000);
        assertLe(used[2], 62_000);
        assertLe(used[3], 62_000);
    }
}
