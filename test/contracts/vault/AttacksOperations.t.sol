// SPDX-License-Identifier: MIT
pragma solidity 0.8.30;

import {ReentrancyGuardTransient} from "@openzeppelin/contracts/utils/ReentrancyGuardTransient.sol";
import {IPositionSource} from "../../../contracts/interfaces/IPositionSource.sol";
import {IOptionVaultLog} from "../../../contracts/interfaces/IOptionVaultLog.sol";
import {IOptionVaultOwners} from "../../../contracts/interfaces/IOptionVaultOwners.sol";
import {IOptionVaultPauses} from "../../../contracts/interfaces/IOptionVaultPauses.sol";
import {IOptionVaultSettings} from "../../../contracts/interfaces/IOptionVaultSettings.sol";
import {IRiskClasses} from "../../../contracts/interfaces/IRiskClasses.sol";
import {BreakerMode, BreakerReason} from "../../../contracts/types/DeliveryTypes.sol";
import {EntryOutcome, RiskClass} from "../../../contracts/types/RiskTypes.sol";
import {ReentrantToken} from "./HostileTokens.sol";
import {ScoredFixture} from "./ScoredFixture.sol";

/// @title Attacks 57, 59, 62, V3 and V7 of the catalogue, on the real oracle
contract AttacksOperationsTest is ScoredFixture {
    uint128 private constant PUT_MARGIN = 19_800e6;
    uint256 private id;

    function setUp() public override {
        super.setUp();
        id = _open(put, ONE, PUT_MARGIN);
        _score(id, 1, 3_000, 1_000);
    }

    /// @dev Each pause at each step of the life of a position: exits stay, and what has expired means nothing.
    function test_C57_PausesAtEveryStepLeaveTheExits() external {
        _giveLongs(writer, put, ONE / 2);
        vault.pauseNewRisk(7 days);
        vault.pauseLiquidations(6 hours);
        vault.beginCaution(7 days);
        vm.prank(writer);
        vm.expectPartialRevert(IOptionVaultLog.VaultNewRiskPaused.selector);
        vault.removeCollateral(id, 1, writer);
        _setPrice(56_000e8);
        vm.expectPartialRevert(IOptionVaultLog.VaultLiquidationsPaused.selector);
        vault.flag(id);
        vm.startPrank(writer);
        vault.addCollateral(id, 1);
        vault.close(id, ONE / 4, PUT_MARGIN / 4);
        vm.stopPrank();
        // Over by itself: nobody has to lift it.
        _later(6 hours, 56_000e8);
        vault.flag(id);
        vault.pauseLiquidations(6 hours);
        vm.prank(writer);
        vault.close(id, ONE / 4, 0);
        vm.warp(EXPIRY - 1 hours);
        vault.pauseNewRisk(7 days);
        _expireAt(50_000e8);
        vault.settle(_ids(id));
        vm.prank(holder);
        assertEq(vault.redeem(put, ONE / 2, holder), 5_000e6);
        vm.prank(writer);
        assertGt(vault.claim(address(quote), writer), 0);
    }

    /// @dev Bounds drawn right past a live value: nobody is liquidated by it, the value may stay, and what readings of live
    /// positions depend on cannot be narrowed at all.
    function test_C59_NarrowingAroundALiveValueLiquidatesNobody() external {
        _setPrice(58_000e8);
        int256 health = vault.healthOf(id);
        RiskClass memory class = _class();
        class.rhoFloorBps = 3_000;
        risk.narrowRiskClass(5, class);
        assertEq(vault.healthOf(id), health);
        _later(1 hours, 58_000e8);
        assertEq(_score(id, 1, 2_999, 1_000), uint8(EntryOutcome.RHO_BELOW_FLOOR));
        assertEq(_score(id, 1, 3_000, 1_000), uint8(EntryOutcome.REFRESHED));
        class.piCapBps = 900;
        class.rhoCeilingBps = 3_300;
        vm.expectPartialRevert(IRiskClasses.RiskClassesOutOfRange.selector);
        risk.narrowRiskClass(5, class);
        class.piCapBps = 1_000;
        risk.narrowRiskClass(5, class);
        assertEq(_score(id, 1, 3_010, 1_000), uint8(EntryOutcome.APPLIED_TIGHTENED));
        class.maxAboveOpenBps = 1_999;
        vm.expectPartialRevert(IRiskClasses.RiskClassesOutOfRange.selector);
        risk.narrowRiskClass(5, class);
    }

    /// @dev While a call is under way no view answers, so that no other protocol reads a half-done state.
    function test_C62_NoViewAnswersDuringACall() external {
        ReentrantToken token = new ReentrantToken();
        uint24 market = vault.addMarket(address(base), address(token), 1, 1);
        vault.setClassGrid(market, _grid());
        guard.setFeed(market, _feedConfig());
        _setPrice(SPOT);
        uint256 series = vault.seriesIdOf(market, STRIKE, EXPIRY, true);
        token.mint(writer, 1_000_000e6);
        vm.prank(writer);
        token.approve(address(vault), type(uint256).max);
        bytes[16] memory views = [
            abi.encodeCall(IPositionSource.describePosition, (id)),
            abi.encodeCall(IPositionSource.describePositions, (_ids(id))),
            abi.encodeCall(IPositionSource.positionCount, ()),
            abi.encodeCall(IOptionVaultSettings.healthOf, (id)),
            abi.encodeCall(IOptionVaultSettings.liquidationQuote, (id, ONE)),
            abi.encodeCall(IOptionVaultSettings.liquidationPriceE8, (id)),
            abi.encodeCall(IOptionVaultSettings.classFor, (series)),
            abi.encodeCall(IOptionVaultSettings.requiredCollateral, (series, ONE)),
            abi.encodeCall(IOptionVaultSettings.seriesState, (series)),
            abi.encodeCall(IOptionVaultSettings.claimable, (address(token), writer)),
            abi.encodeCall(IOptionVaultSettings.market, (market)),
            abi.encodeCall(IOptionVaultSettings.marketValves, (market)),
            abi.encodeCall(IOptionVaultSettings.fundOf, (address(token))),
            abi.encodeCall(IOptionVaultPauses.pauseState, ()),
            abi.encodeCall(IOptionVaultOwners.isOperator, (writer, holder)),
            abi.encodeCall(IOptionVaultOwners.offeredTo, (id))
        ];
        for (uint256 i = 0; i < views.length; ++i) {
            token.arm(vault, views[i]);
            vm.prank(writer);
            vault.open(series, ONE / 10, 2_000e6, holder);
            assertFalse(token.wentThrough());
            assertEq(token.answer(), ReentrancyGuardTransient.ReentrancyGuardReentrantCall.selector);
        }
    }

    /// @dev A price that is pushed and a report that is applied in one block: who opened in it is in cool-off, and who did not
    /// is liquidated at the ratio of before.
    function test_V3_PriceAndParametersOfOneBlockLiquidateNobodyTogether() external {
        // Healthy at 30 % and at this price, not at 33 %.
        uint64 price = 58_500e8;
        _later(10 minutes, price);
        assertEq(_score(id, 1, 3_300, 1_000), uint8(EntryOutcome.APPLIED_TIGHTENED));
        vm.expectPartialRevert(IOptionVaultLog.VaultPositionHealthy.selector);
        vault.flag(id);
        uint256 fresh = _openAtRequirement(put, ONE);
        _setPrice(50_000e8);
        vault.flag(fresh);
        vm.prank(holder);
        vm.expectPartialRevert(IOptionVaultLog.VaultCoolOff.selector);
        vault.liquidate(fresh, ONE, 0, "");
    }

    /// @dev An update at or after expiry finds the position until it is settled, and changes nothing that settlement pays.
    function test_V7_UpdatesAfterExpiryChangeNothing() external {
        _expireAt(50_000e8);
        assertEq(_score(id, 1, 3_300, 1_100), uint8(EntryOutcome.APPLIED_TIGHTENED));
        vm.expectPartialRevert(IOptionVaultLog.VaultSeriesExpired.selector);
        vault.flag(id);
        vm.expectPartialRevert(IOptionVaultLog.VaultSeriesExpired.selector);
        vault.healthOf(id);
        vault.settle(_ids(id));
        assertEq(vault.claimable(address(quote), writer), PUT_MARGIN - 10_000e6);
        assertEq(_score(id, 1, 3_300, 1_100), uint8(EntryOutcome.REFRESHED));
        assertFalse(_view(id).active);
    }

    function test_V7_SettlementGoesOnWhileTheOracleIsHalted() external {
        risk.tripBreaker(BreakerMode.HALTED, BreakerReason.GUARDIAN);
        _expireAt(50_000e8);
        vault.settle(_ids(id));
        vm.prank(holder);
        assertEq(vault.redeem(put, ONE, holder), 10_000e6);
        vm.prank(writer);
        assertEq(vault.claim(address(quote), writer), PUT_MARGIN - 10_000e6);
    }
}
