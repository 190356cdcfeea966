// SPDX-License-Identifier: MIT
pragma solidity 0.8.30;

import {IAccessManaged} from "@openzeppelin/contracts/access/manager/IAccessManaged.sol";
import {ISettlementOracle} from "../../../contracts/interfaces/ISettlementOracle.sol";
import {FallbackBand, SettlementStatus} from "../../../contracts/types/FeedTypes.sol";
import {FeedFixture} from "./FeedFixture.sol";

/// @title Two sources, disputes and the fallback of settlement prices
contract SettlementDisputeTest is FeedFixture {
    function _settle(uint80 roundId) private returns (uint64 priceE8) {
        return settlement.settlePrice(MARKET, EXPIRY, roundId);
    }

    function _settleOfTwo(uint80 roundId, uint80 secondRoundId) private returns (uint64 priceE8) {
        return settlement.settlePriceOfTwo(MARKET, EXPIRY, roundId, secondRoundId);
    }

    function _status() private view returns (SettlementStatus status) {
        (status, ) = settlement.settlementStatus(MARKET, EXPIRY);
    }

    function _expect(bytes4 selector) private {
        vm.expectPartialRevert(selector);
    }

    /// @dev First source at and after expiry; the second `offsetBps` away.
    function _bothReport(uint256 secondE8) private returns (uint80 roundId, uint80 secondRoundId) {
        _useSecond(address(second), true);
        _push(SPOT, EXPIRY - 1);
        _pushSecond(SPOT, EXPIRY - 2);
        roundId = _push(SPOT, EXPIRY);
        secondRoundId = _pushSecond(secondE8, EXPIRY + 30);
        vm.warp(EXPIRY + 60);
    }

    function test_TwoSourcesThatAgreeSettleAtTheFirst() external {
        (uint80 roundId, uint80 secondRoundId) = _bothReport(60_600e8);
        _expect(ISettlementOracle.SettlementSecondAwaited.selector);
        _settle(roundId);
        uint80 later = _pushSecond(SPOT, EXPIRY + 40);
        _expect(ISettlementOracle.SettlementRoundUnproven.selector);
        _settleOfTwo(roundId, later);
        assertEq(_settleOfTwo(roundId, secondRoundId), SPOT);
        assertTrue(_isFinal());
    }

    function test_RevertWhen_ThereIsNoSecondSource() external {
        vm.warp(EXPIRY);
        _expect(ISettlementOracle.SettlementSecondMissing.selector);
        _settleOfTwo(1, 1);
        _expect(ISettlementOracle.SettlementSecondMissing.selector);
        settlement.recordRound(MARKET, EXPIRY, true, 1);
    }

    function test_C44_DisputeStandsAfterSixHours() external {
        (uint80 roundId, uint80 secondRoundId) = _bothReport(60_600e8 + 1);
        _settleOfTwo(roundId, secondRoundId);
        assertTrue(_status() == SettlementStatus.DISPUTED);
        assertFalse(_isFinal());
        vm.warp(EXPIRY + 60 + 6 hours - 1);
        _expect(ISettlementOracle.SettlementTime.selector);
        settlement.endDispute(MARKET, EXPIRY);
        vm.warp(EXPIRY + 60 + 6 hours);
        _expect(ISettlementOracle.SettlementTime.selector);
        settlement.sendToFallback(MARKET, EXPIRY);
        vm.prank(stranger);
        assertEq(settlement.endDispute(MARKET, EXPIRY), SPOT);
        assertTrue(_isFinal());
    }

    function test_C44_RevertWhen_DisputedTwice() external {
        (uint80 roundId, uint80 secondRoundId) = _bothReport(61_000e8);
        _settleOfTwo(roundId, secondRoundId);
        bytes memory wrong = abi.encodeWithSelector(
            ISettlementOracle.SettlementStatusWrong.selector,
            MARKET,
            EXPIRY,
            SettlementStatus.DISPUTED
        );
        vm.warp(EXPIRY + 1 hours + 1);
        vm.expectRevert(wrong);
        _settleOfTwo(roundId, secondRoundId);
        vm.expectRevert(wrong);
        _settle(roundId);
        settlement.sendToFallback(MARKET, EXPIRY);
        _expect(ISettlementOracle.SettlementStatusWrong.selector);
        settlement.sendToFallback(MARKET, EXPIRY);
        _expect(ISettlementOracle.SettlementStatusWrong.selector);
        _settle(roundId);
        _expect(ISettlementOracle.SettlementStatusWrong.selector);
        settlement.endDispute(MARKET, EXPIRY);
    }

    function test_C44_SilentSecondSourceDisputesAndMayStillConfirm() external {
        (uint80 roundId, uint80 secondRoundId) = _bothReport(60_100e8);
        vm.warp(EXPIRY + 1 hours + 1);
        assertEq(_settle(roundId), SPOT);
        assertTrue(_status() == SettlementStatus.DISPUTED);
        assertEq(_settleOfTwo(roundId, secondRoundId), SPOT);
        assertTrue(_isFinal());
        _expect(ISettlementOracle.SettlementAlreadyFinal.selector);
        _settleOfTwo(roundId, secondRoundId);
    }

    function test_C44_FallbackOnlyAfterwardsAndInsideTheBand() external {
        (uint80 roundId, uint80 secondRoundId) = _bothReport(61_000e8);
        _settleOfTwo(roundId, secondRoundId);
        _expect(ISettlementOracle.SettlementStatusWrong.selector);
        settlement.setFallbackPrice(MARKET, EXPIRY, SPOT);
        settlement.sendToFallback(MARKET, EXPIRY);
        vm.warp(EXPIRY + 36 hours);
        vm.expectRevert(abi.encodeWithSelector(ISettlementOracle.SettlementOutsideBand.selector, SPOT, 0, 0));
        settlement.setFallbackPrice(MARKET, EXPIRY, SPOT);
        _expect(ISettlementOracle.SettlementOutsideBand.selector);
        settlement.setFallbackPrice(MARKET, EXPIRY, 0);
        vm.startPrank(stranger);
        settlement.recordRound(MARKET, EXPIRY, false, roundId);
        settlement.recordRound(MARKET, EXPIRY, true, secondRoundId);
        vm.stopPrank();
        _expect(ISettlementOracle.SettlementOutsideBand.selector);
        settlement.setFallbackPrice(MARKET, EXPIRY, SPOT - 1);
        _expect(ISettlementOracle.SettlementOutsideBand.selector);
        settlement.setFallbackPrice(MARKET, EXPIRY, 61_000e8 + 1);
        settlement.setFallbackPrice(MARKET, EXPIRY, 61_000e8);
        assertTrue(_isFinal());
        _expect(ISettlementOracle.SettlementAlreadyFinal.selector);
        settlement.recordRound(MARKET, EXPIRY, false, roundId);
        _expect(ISettlementOracle.SettlementStatusWrong.selector);
        settlement.setFallbackPrice(MARKET, EXPIRY, SPOT);
    }

    function test_C44_RevertWhen_RoundIsTooFarFromExpiryToBeRecorded() external {
        _push(SPOT, EXPIRY - 24 hours - 1);
        uint80 edge = _push(SPOT, EXPIRY - 24 hours);
        uint80 ahead = _push(SPOT, EXPIRY + 1);
        uint80 late = _push(50_000e8, EXPIRY + 36 hours + 1);
        vm.warp(EXPIRY);
        _expect(ISettlementOracle.SettlementRoundNotRecordable.selector);
        settlement.recordRound(MARKET, EXPIRY, false, edge - 1);
        _expect(ISettlementOracle.SettlementRoundNotRecordable.selector);
        settlement.recordRound(MARKET, EXPIRY, false, ahead);
        _expect(ISettlementOracle.SettlementRoundNotRecordable.selector);
        settlement.recordRound(MARKET, EXPIRY, false, late + 1);
        vm.warp(EXPIRY + 2 days);
        // Later rounds count only as long as there is none near the expiry.
        settlement.recordRound(MARKET, EXPIRY, false, late);
        assertTrue(settlement.fallbackBand(MARKET, EXPIRY).isLate);
        settlement.recordRound(MARKET, EXPIRY, false, edge);
        FallbackBand memory band = settlement.fallbackBand(MARKET, EXPIRY);
        assertEq(band.lowE8, SPOT);
        assertEq(band.highE8, SPOT);
        _expect(ISettlementOracle.SettlementRoundNotRecordable.selector);
        settlement.recordRound(MARKET, EXPIRY, false, late);
    }

    function test_RevertWhen_NotAuthorised() external {
        vm.startPrank(stranger);
        _expect(IAccessManaged.AccessManagedUnauthorized.selector);
        settlement.sendToFallback(MARKET, EXPIRY);
        _expect(IAccessManaged.AccessManagedUnauthorized.selector);
        settlement.setFallbackPrice(MARKET, EXPIRY, SPOT);
    }
}
