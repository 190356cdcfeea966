// SPDX-License-Identifier: MIT
pragma solidity 0.8.30;

import {Ownable} from "@openzeppelin/contracts/access/Ownable.sol";
import {IAccessManaged} from "@openzeppelin/contracts/access/manager/IAccessManaged.sol";
import {AggregatorV3Interface, FeedConfig, IPriceGuard} from "../../../contracts/interfaces/IPriceGuard.sol";
import {ISettlementOracle} from "../../../contracts/interfaces/ISettlementOracle.sol";
import {PhasedTestFeed} from "../../../contracts/local/PhasedTestFeed.sol";
import {VaultFixture} from "./VaultFixture.sol";

/// @title Price guard, settlement oracle and the phased feed for local networks
contract FeedsTest is VaultFixture {
    function _push(uint256 updatedAt) private returns (uint80 roundId) {
        return feed.push(int192(int256(uint256(SPOT))), uint64(updatedAt));
    }

    function _settleReverts(uint80 roundId, uint80 previous, uint256 previousUpdatedAt) private {
        vm.expectRevert(
            abi.encodeWithSelector(
                ISettlementOracle.SettlementRoundUnproven.selector,
                roundId,
                previous,
                previousUpdatedAt
            )
        );
        settlement.settlePrice(MARKET, EXPIRY, roundId);
    }

    function test_RevertWhen_FeedIsUnknownOrConfigInvalid() external {
        vm.expectRevert(abi.encodeWithSelector(IPriceGuard.PriceFeedUnknown.selector, 2));
        guard.spotE8(2);
        for (uint256 i = 0; i < 6; ++i) {
            FeedConfig memory config = _feedConfig();
            if (i == 0) config.feed = AggregatorV3Interface(address(0));
            if (i == 1) config.secondFeed = config.feed;
            if (i == 2) config.maxAgeSec = 0;
            if (i == 3) config.minPriceE8 = 0;
            if (i == 4) config.maxPriceE8 = config.minPriceE8 - 1;
            if (i == 5) config.maxDeviationBps = 10_001;
            vm.expectRevert(abi.encodeWithSelector(IPriceGuard.PriceFeedConfigInvalid.selector, MARKET));
            guard.setFeed(MARKET, config);
        }
        PhasedTestFeed tooFine = new PhasedTestFeed(19, "", address(this));
        FeedConfig memory fine = _feedConfig();
        fine.secondFeed = tooFine;
        vm.expectRevert(abi.encodeWithSelector(IPriceGuard.PriceFeedConfigInvalid.selector, MARKET));
        guard.setFeed(MARKET, fine);
        vm.expectPartialRevert(IAccessManaged.AccessManagedUnauthorized.selector);
        vm.prank(writer);
        guard.setFeed(MARKET, fine);
    }

    function test_RevertWhen_PriceIsImplausible() external {
        int192[5] memory answers = [int192(0), -1, 1e8 - 1, 10_000_000e8 + 1, type(int192).max];
        for (uint256 i = 0; i < answers.length; ++i) {
            feed.push(answers[i], uint64(block.timestamp));
            vm.expectPartialRevert(IPriceGuard.PriceImplausible.selector);
            guard.spotE8(MARKET);
        }
    }

    function test_V5_RevertWhen_PriceIsStaleOrAhead() external {
        vm.warp(START + 1 hours);
        guard.spotE8(MARKET);
        vm.warp(START + 1 hours + 1);
        vm.expectRevert(abi.encodeWithSelector(IPriceGuard.PriceStale.selector, feed, START, 1 hours));
        guard.spotE8(MARKET);
        _push(START + 1 hours + 2);
        vm.expectPartialRevert(IPriceGuard.PriceStale.selector);
        guard.spotE8(MARKET);
    }

    function test_SecondSourceMustAgree() external {
        PhasedTestFeed second = new PhasedTestFeed(18, "", address(this));
        FeedConfig memory config = _feedConfig();
        (config.secondFeed, config.maxDeviationBps) = (second, 100);
        (config.secondMaxAgeSec, config.secondRequired) = (1 hours, true);
        guard.setFeed(MARKET, config);
        second.push(60_600e18, uint64(START));
        (uint64 priceE8, uint40 updatedAt) = guard.spotE8(MARKET);
        assertEq(priceE8, SPOT);
        assertEq(updatedAt, START);
        second.push(60_600e18 + 1e10, uint64(START));
        vm.expectRevert(abi.encodeWithSelector(IPriceGuard.PriceDeviation.selector, SPOT, 60_600e8 + 1, 100));
        guard.spotE8(MARKET);
        second.push(60_000e18, uint64(START - 1 hours - 1));
        vm.expectPartialRevert(IPriceGuard.PriceStale.selector);
        guard.spotE8(MARKET);
    }

    function test_RevertWhen_SettlingBeforeExpiryOrTwice() external {
        _push(EXPIRY - 1);
        uint80 first = _push(EXPIRY);
        vm.warp(EXPIRY - 1);
        vm.expectPartialRevert(ISettlementOracle.SettlementBeforeExpiry.selector);
        settlement.settlePrice(MARKET, EXPIRY, first);
        vm.warp(EXPIRY);
        vm.prank(writer);
        assertEq(settlement.settlePrice(MARKET, EXPIRY, first), SPOT);
        vm.expectRevert(abi.encodeWithSelector(ISettlementOracle.SettlementAlreadyFinal.selector, MARKET, EXPIRY));
        settlement.settlePrice(MARKET, EXPIRY, first);
        (uint64 priceE8, bool isFinal) = settlement.settlementPrice(MARKET, EXPIRY);
        assertEq(priceE8, SPOT);
        assertTrue(isFinal);
    }

    function test_RevertWhen_RoundIsOutsideTheWindow() external {
        uint80 early = _push(EXPIRY - 1);
        uint80 late = _push(EXPIRY + 1 hours + 1);
        vm.warp(EXPIRY + 1 hours + 1);
        vm.expectPartialRevert(ISettlementOracle.SettlementRoundOutOfWindow.selector);
        settlement.settlePrice(MARKET, EXPIRY, early);
        vm.expectPartialRevert(ISettlementOracle.SettlementRoundOutOfWindow.selector);
        settlement.settlePrice(MARKET, EXPIRY, late);
        vm.expectPartialRevert(ISettlementOracle.SettlementRoundOutOfWindow.selector);
        settlement.settlePrice(MARKET, EXPIRY, late + 1);
        settlement.setMaxDelay(1 hours + 1);
        settlement.settlePrice(MARKET, EXPIRY, late);
    }

    function test_RevertWhen_RoundIsNotTheFirst() external {
        _push(EXPIRY - 1);
        uint80 first = _push(EXPIRY + 1);
        uint80 second = _push(EXPIRY + 2);
        vm.warp(EXPIRY + 10);
        _settleReverts(second, first, EXPIRY + 1);
        settlement.settlePrice(MARKET, EXPIRY, first);
    }

    function test_RevertWhen_FirstRoundEverHasNoPredecessor() external {
        feed = new PhasedTestFeed(8, "", address(this));
        guard.setFeed(MARKET, _feedConfig());
        uint80 first = _push(EXPIRY);
        vm.warp(EXPIRY);
        _settleReverts(first, 0, 0);
    }

    function test_PhaseChangeIsProvenByTheLastRoundOfTheEarlierPhase() external {
        uint80 last = _push(EXPIRY - 1);
        feed.startPhase();
        feed.startPhase();
        uint80 first = _push(EXPIRY + 5);
        assertEq(first, (uint80(3) << 64) | 1);
        vm.warp(EXPIRY + 10);
        settlement.recordPhaseEnd(MARKET, false, 2, 0);
        settlement.recordPhaseEnd(MARKET, false, 1, uint64(last));
        settlement.settlePrice(MARKET, EXPIRY, first);
    }

    function test_RevertWhen_EarlierPhaseHasARoundAfterExpiry() external {
        uint80 old = _push(EXPIRY + 1);
        feed.startPhase();
        _push(EXPIRY - 1);
        uint80 overlapping = _push(EXPIRY + 2);
        vm.warp(EXPIRY + 10);
        settlement.recordPhaseEnd(MARKET, false, 1, uint64(old));
        _settleReverts(overlapping, old, EXPIRY + 1);
        settlement.settlePrice(MARKET, EXPIRY, old);
    }

    function test_RevertWhen_SettlementPriceIsImplausible() external {
        uint80 first = feed.push(0, uint64(EXPIRY));
        vm.warp(EXPIRY);
        vm.expectPartialRevert(IPriceGuard.PriceImplausible.selector);
        settlement.settlePrice(MARKET, EXPIRY, first);
    }

    function test_RevertWhen_DelayIsOutOfRange() external {
        vm.expectRevert(abi.encodeWithSelector(ISettlementOracle.SettlementDelayInvalid.selector, 59));
        settlement.setMaxDelay(59);
        vm.expectPartialRevert(ISettlementOracle.SettlementDelayInvalid.selector);
        settlement.setMaxDelay(1 days + 1);
        vm.expectPartialRevert(IAccessManaged.AccessManagedUnauthorized.selector);
        vm.prank(writer);
        settlement.setMaxDelay(1 hours);
    }

    function test_FeedPushesManyRounds() external {
        int192[] memory answers = new int192[](3);
        uint64[] memory times = new uint64[](3);
        for (uint256 i = 0; i < 3; ++i) (answers[i], times[i]) = (int192(int256(i + 1)), uint64(START + i));
        feed.pushMany(answers, times);
        (uint80 roundId, int256 answer, , uint256 updatedAt, ) = feed.latestRoundData();
        assertEq(roundId, (uint80(1) << 64) | 4);
        assertEq(answer, 3);
        assertEq(updatedAt, START + 2);
        vm.expectPartialRevert(PhasedTestFeed.TestFeedLengthMismatch.selector);
        feed.pushMany(answers, new uint64[](2));
        vm.expectPartialRevert(Ownable.OwnableUnauthorizedAccount.selector);
        vm.prank(writer);
        feed.push(1, 1);
    }
}
