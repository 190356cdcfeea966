// SPDX-License-Identifier: MIT
pragma solidity 0.8.30;

import {IOptionVaultLog} from "../../../contracts/interfaces/IOptionVaultLog.sol";
import {IRiskOracleLog} from "../../../contracts/interfaces/IRiskOracleLog.sol";
import {BreakerMode, BreakerReason, DeliveryLimits} from "../../../contracts/types/DeliveryTypes.sol";
import {EntryOutcome, RiskClass} from "../../../contracts/types/RiskTypes.sol";
import {MarketValves, TakeOver} from "../../../contracts/types/VaultTypes.sol";
import {ScoredFixture} from "./ScoredFixture.sol";

/// @title given a short that its own score asks for less than its class does / when collateral is taken out
contract SurplusTest is ScoredFixture {
    /// @dev 33 % of the strike: what the class asks of a new put at the money.
    uint128 private constant ASKED = 19_800e6;
    /// @dev 19.8 %: what a score of 18 % asks, with β.
    uint128 private constant OWN = 11_880e6;
    uint256 private id;

    function setUp() public override {
        super.setUp();
        id = _open(put, ONE, ASKED);
    }

    /// @dev Scored low, marked, and scored again when the mark is old enough.
    function _scoreLow() private {
        assertLe(_score(id, 1, 1_800, 300), uint8(EntryOutcome.REFRESHED));
        vault.markScored(id);
        _again(20 hours, 1);
    }

    /// @dev The same score again.
    function _again(uint256 sec, uint16 epoch) private {
        _later(sec, SPOT);
        assertEq(_score(id, epoch, 1_800, 300), uint8(EntryOutcome.REFRESHED));
        _setPrice(SPOT);
    }

    function _take(uint128 amount) private {
        vm.prank(writer);
        vault.removeCollateral(id, amount, writer);
    }

    /// @dev Nothing beyond what new size would leave may go.
    function _refused() private {
        vm.expectPartialRevert(IOptionVaultLog.VaultCollateralTooLow.selector);
        _take(ASKED / 3);
    }

    function test_C65_RevertWhen_NeverScored() external {
        _refused();
        (uint256 surplus, uint16 rhoBps) = vault.surplusOf(id);
        assertEq(surplus, 0);
        assertEq(rhoBps, 3_300);
        (uint16 retained, uint16 classId, uint40 scoredAt) = risk.retainedParams(address(vault), id);
        assertEq(retained, 10_000);
        assertEq(classId, 5);
        assertEq(scoredAt, 0);
    }

    function test_C65_RevertWhen_TheScoreIsStale() external {
        _scoreLow();
        uint40 until = _params(id).validUntil;
        uint256 fresh = vm.snapshotState();
        vm.warp(until);
        _setPrice(SPOT);
        _refused();
        vm.revertToState(fresh);
        vm.warp(until - 1);
        _setPrice(SPOT);
        _take(ASKED / 3);
    }

    function test_RevertWhen_ThePositionIsUnknown() external {
        vm.expectPartialRevert(IRiskOracleLog.RiskOracleUnknownPosition.selector);
        risk.retainedParams(address(vault), 99);
        vm.expectPartialRevert(IOptionVaultLog.VaultPositionInactive.selector);
        vault.surplusOf(99);
    }

    function test_C65_RevertWhen_TheShortIsScoredLowAsSoonAsItIsOpen() external {
        assertEq(_score(id, 1, 1_800, 300), uint8(EntryOutcome.APPLIED_LOOSENED));
        vault.markScored(id);
        _refused();
        _again(20 hours - 4, 1);
        _refused();
        _again(0, 1);
        _take(ASKED - OWN);
    }

    function test_C65_RevertWhen_TheScoreSawTheShortBeforeItGrew() external {
        _scoreLow();
        vm.prank(writer);
        vault.mintMore(id, ONE, ASKED, holder);
        _refused();
        _again(1 hours, 2);
        _refused();
        vault.markScored(id);
        _again(20 hours - 4, 2);
        _refused();
        // A repeated pair needs not to have seen the growth.
        _again(0, 1);
        _take(2 * (ASKED - OWN));
    }

    function test_C65_RevertWhen_ALooseningHasNotStoodForAWindow() external {
        assertEq(_score(id, 1, 1_950, 300), uint8(EntryOutcome.APPLIED_LOOSENED));
        vault.markScored(id);
        _later(20 hours, SPOT);
        assertEq(_score(id, 1, 1_950, 300), uint8(EntryOutcome.REFRESHED));
        assertEq(_score(id, 1, 1_800, 300), uint8(EntryOutcome.APPLIED_LOOSENED));
        (, uint16 rhoBps) = vault.surplusOf(id);
        assertEq(rhoBps, 2_145);
        // The window after it still begins with the one in which it was made.
        _again(1 days, 1);
        (, rhoBps) = vault.surplusOf(id);
        assertEq(rhoBps, 2_145);
        _again(1 days, 1);
        (, rhoBps) = vault.surplusOf(id);
        assertEq(rhoBps, 1_980);
    }

    function test_C65_RevertWhen_SpotHasLeftTheClass() external {
        _scoreLow();
        // S/K = 0.89: in the money by more than a tenth, class 2.
        _setPrice(53_400e8);
        _refused();
        _setPrice(SPOT);
        _take(ASKED - OWN);
    }

    function test_C65_RevertWhen_TimeHasLeftTheClass() external {
        _scoreLow();
        vm.warp(EXPIRY - 1 days);
        _again(0, 1);
        _refused();
    }

    function test_C65_RevertWhen_TheScoreIsThatOfTheClassBefore() external {
        vm.prank(writer);
        vault.addCollateral(id, 20_000e6);
        _scoreLow();
        _setPrice(51_000e8);
        assertEq(vault.reclassify(id), 2);
        // 9 000 USD in the money and 19.8 % of what is left to lose would stay, but not 33 %.
        vm.expectPartialRevert(IOptionVaultLog.VaultCollateralTooLow.selector);
        _take(20_000e6);
        _later(10 minutes - 2, 51_000e8);
        assertEq(_score(id, 1, 1_800, 300), uint8(EntryOutcome.REFRESHED));
        vm.expectPartialRevert(IOptionVaultLog.VaultCollateralTooLow.selector);
        _take(20_000e6);
        vm.expectRevert(abi.encodeWithSelector(IOptionVaultLog.VaultScoreMissing.selector, id, 2));
        vault.markScored(id);
        _later(1 minutes, 51_000e8);
        assertEq(_score(id, 1, 1_800, 300), uint8(EntryOutcome.REFRESHED));
        vault.markScored(id);
        _later(20 hours, 51_000e8);
        assertEq(_score(id, 1, 1_800, 300), uint8(EntryOutcome.REFRESHED));
        _take(ASKED + 20_000e6 - 9_000e6 - 10_098e6);
    }

    function test_C65_RevertWhen_TheLastReportIsHeld() external {
        _scoreLow();
        DeliveryLimits memory limits = _limits();
        limits.reportTighteningBps = 100;
        risk.setDeliveryLimits(limits);
        _later(10 minutes, SPOT);
        assertEq(_push(_entry(id, 1, 2_000, 300)).length, 0);
        _refused();
        _later(1 minutes, SPOT);
        assertEq(_score(id, 1, 1_900, 300), uint8(EntryOutcome.APPLIED_TIGHTENED));
        _take(ASKED - (OWN * 19) / 18);
    }

    function test_C65_RevertWhen_TheBreakerIsNotNormal() external {
        _scoreLow();
        risk.tripBreaker(BreakerMode.TIGHTEN_ONLY, BreakerReason.GUARDIAN);
        _refused();
        risk.tripBreaker(BreakerMode.HALTED, BreakerReason.GUARDIAN);
        _refused();
        _later(1 hours, SPOT);
        risk.rearmBreaker(BreakerMode.NORMAL);
        _take(ASKED - OWN);
    }

    function test_C65_RevertWhen_SizeIsAdded() external {
        _scoreLow();
        vm.prank(writer);
        vault.addCollateral(id, 1);
        vm.expectPartialRevert(IOptionVaultLog.VaultCollateralTooLow.selector);
        vm.prank(writer);
        vault.mintMore(id, 1e4, 1e4, holder);
        vm.prank(writer);
        vault.mintMore(id, ONE, ASKED, holder);
    }

    function test_C65_ATakeOverBringsWhatNewSizeMust() external {
        vm.prank(liquidator);
        uint256 into = vault.open(put, ONE, ASKED, liquidator);
        bytes memory scores = bytes.concat(_entry(id, 1, 1_800, 300), _entry(into, 1, 1_800, 300));
        _push(scores);
        vault.markScored(id);
        vault.markScored(into);
        _later(20 hours, SPOT);
        _push(scores);
        _take(ASKED - OWN);
        (, uint16 rhoBps) = vault.surplusOf(into);
        assertEq(rhoBps, 1_980);
        _later(COOL_OFF, 54_500e8);
        vault.flag(id);
        TakeOver memory order;
        (order.positionId, order.maxSizeE8, order.intoId, order.maxTopUp) = (id, ONE, into, type(uint128).max);
        vm.prank(liquidator);
        vault.takeOver(order);
        // 5 500 USD in the money and 33 % of what is left to lose.
        assertApproxEqAbs((uint256(_collateralOf(into)) * ONE) / _sizeOf(into), 5_500e6 + 17_985e6, 1);
    }

    function test_C65_ATighteningAfterAWithdrawalSpendsTheBudgetAndWaits() external {
        _scoreLow();
        _take(ASKED - OWN);
        _later(10 minutes, SPOT);
        assertEq(_score(id, 2, 2_100, 300), uint8(EntryOutcome.APPLIED_TIGHTENED));
        _later(1 hours, SPOT);
        assertLt(vault.healthOf(id), 1e18);
        vm.expectPartialRevert(IOptionVaultLog.VaultEffectBudget.selector);
        vault.flag(id);
        vault.setMarketValves(MARKET, MarketValves(60_000e8, 1_000_000e8, 1 days));
        vault.flag(id);
        (, uint64 flaggedE8, ) = vault.marketValves(MARKET);
        assertEq(flaggedE8, 60_000e8);
    }

    function test_TakesOutToTheOwnRequirementAndNotAUnitMore() external {
        _scoreLow();
        (uint256 surplus, uint16 rhoBps) = vault.surplusOf(id);
        assertEq(surplus, ASKED - OWN);
        assertEq(rhoBps, 1_980);
        vm.expectRevert(abi.encodeWithSelector(IOptionVaultLog.VaultCollateralTooLow.selector, OWN - 1, OWN));
        _take(ASKED - OWN + 1);
        _take(ASKED - OWN);
        assertEq(_collateralOf(id), OWN);
        assertEq(vault.healthOf(id), 1.1e18);
    }

    function test_CloseTakesOutToTheOwnRequirement() external {
        _scoreLow();
        _giveLongs(writer, put, ONE / 2);
        uint128 rest = OWN / 2;
        vm.expectRevert(abi.encodeWithSelector(IOptionVaultLog.VaultCollateralTooLow.selector, rest - 1, rest));
        vm.prank(writer);
        vault.close(id, ONE / 2, ASKED - rest + 1);
        vm.prank(writer);
        vault.close(id, ONE / 2, ASKED - rest);
    }

    function test_CautionAsksAQuarterMore() external {
        _scoreLow();
        vault.beginCaution(1 hours);
        (, uint16 rhoBps) = vault.surplusOf(id);
        assertEq(rhoBps, 2_475);
    }

    function test_ATargetAboveTheRatioInForceCounts() external {
        _scoreLow();
        _later(10 minutes, SPOT);
        assertEq(_score(id, 1, 2_100, 300), uint8(EntryOutcome.APPLIED_TIGHTENED));
        assertEq(_rho(id), 1_800);
        (, uint16 rhoBps) = vault.surplusOf(id);
        assertEq(rhoBps, 2_310);
    }

    function test_AFloorThatTheDaoHasRaisedCounts() external {
        _scoreLow();
        RiskClass memory class = _class();
        class.rhoFloorBps = 2_500;
        risk.setRiskClass(5, class);
        (, uint16 rhoBps) = vault.surplusOf(id);
        assertEq(rhoBps, 2_750);
    }
}
