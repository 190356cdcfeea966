// SPDX-License-Identifier: MIT
pragma solidity 0.8.30;

import {IOptionVaultLog} from "../../../contracts/interfaces/IOptionVaultLog.sol";
import {DeliveryLimits} from "../../../contracts/types/DeliveryTypes.sol";
import {EntryOutcome, RiskClass} from "../../../contracts/types/RiskTypes.sol";
import {MarketValves} from "../../../contracts/types/VaultTypes.sol";
import {ScoredFixture} from "./ScoredFixture.sol";

/// @title The update of 10 March 2026 that liquidated 34 accounts, replayed against vault and oracle
/// @notice Then a ratio was held at 3 % a step (1.1572 to 1.1919 instead of 1.2282, 6.14 %) while its timestamp, linked to it, moved
/// the whole way; the pair that came out was nobody's intention. Here ρ is held at 3 % a step (90 of 3 000 basis points),
/// π has a step so wide that it never binds, and the report asks for 6.14 %: 3 184.
contract CapoReplayTest is ScoredFixture {
    uint256 private constant ACCOUNTS = 34;
    uint128 private constant MARGIN = 19_800e6;
    /// @dev The equity is 31.75 % of the time-value ceiling: healthy at 30 % and at 30.9 %, not at 31.84 %.
    uint64 private constant FALLEN = 58_900e8;
    uint16 private constant ASKED_RHO = 3_184;
    uint16 private constant CLAMPED_RHO = 3_090;
    uint16 private constant ASKED_PI = 3_080;

    function setUp() public override {
        super.setUp();
        RiskClass memory class = _class();
        (class.tighten.stepBps, class.piStepBps) = (90, 4_000);
        risk.setRiskClass(5, class);
        for (uint256 i = 0; i < ACCOUNTS; ++i) _open(put, ONE, MARGIN);
        _push(_rows(1, ACCOUNTS, 3_000, 1_000));
        _giveLongs(liquidator, put, uint128(ACCOUNTS) * ONE);
        _later(30 minutes, FALLEN);
    }

    function test_CAPO_March2026_AMoveBeyondOneLimitMovesNeitherField() external {
        _expectAll(_push(_rows(1, ACCOUNTS, ASKED_RHO, ASKED_PI)), EntryOutcome.TIGHTEN_STEP);
        _expectUnmoved();
        _expectNoLiquidations();
        // At the ρ that was asked for, every one of them would have been liquidatable.
        for (uint256 id = 1; id <= ACCOUNTS; ++id) {
            assertLt((vault.healthOf(id) * 3_000) / int256(uint256(ASKED_RHO)), 1e18);
        }
    }

    /// @dev What a clamp field by field would have made of it, signed as such by the whole quorum.
    function test_CAPO_March2026_TheHalfClampedPairIsRefusedWhole() external {
        _expectAll(_push(_rows(1, ACCOUNTS, CLAMPED_RHO, ASKED_PI)), EntryOutcome.LINKED_RULE);
        _expectUnmoved();
        _expectNoLiquidations();
    }

    /// @dev Each entry allowed, the report as a whole not: held, and nothing of it applied.
    function test_CAPO_March2026_AnAllowedStepForEverybodyIsHeld() external {
        DeliveryLimits memory limits = _limits();
        limits.reportTightened = uint16(ACCOUNTS - 1);
        risk.setDeliveryLimits(limits);
        bytes memory entries = _rows(1, ACCOUNTS, CLAMPED_RHO, 1_000);
        assertEq(_push(entries).length, 0);
        _expectUnmoved();
        _expectNoLiquidations();
        // One account fewer and the same step is applied.
        _expectAll(_push(_rows(1, ACCOUNTS - 1, CLAMPED_RHO, 1_000)), EntryOutcome.APPLIED_TIGHTENED);
    }

    /// @dev The whole way in allowed steps, with time for grace and ramp: all 34 are under water by parameters alone, and
    /// without a budget for that nobody is liquidated.
    function test_CAPO_March2026_WhatPassesEveryLimitStillLiquidatesNobody() external {
        _walk();
        for (uint256 id = 1; id <= ACCOUNTS; ++id) {
            assertLt(vault.healthOf(id), 1e18);
            vm.expectPartialRevert(IOptionVaultLog.VaultEffectBudget.selector);
            vault.flag(id);
        }
        assertEq(_liquidations(), 0);
        assertEq(_state(put).collateral, ACCOUNTS * MARGIN);
    }

    /// @dev With a budget, what it pays for and not one more.
    function test_CAPO_March2026_ABudgetForThreeLiquidatesThree() external {
        vault.setMarketValves(MARKET, MarketValves(3 * FALLEN, 1_000_000_000e8, 1 days));
        _walk();
        assertEq(_liquidations(), 3);
    }

    function _walk() private {
        for (uint16 rho = CLAMPED_RHO; rho <= CLAMPED_RHO + 180; rho += 90) {
            _expectAll(_push(_rows(1, ACCOUNTS, rho, 1_000)), EntryOutcome.APPLIED_TIGHTENED);
            vm.warp(block.timestamp + 5 minutes);
        }
        _later(1 hours, FALLEN);
    }

    function _expectAll(bytes memory outcomes, EntryOutcome expected) private pure {
        assertEq(outcomes.length, ACCOUNTS - (outcomes.length == ACCOUNTS - 1 ? 1 : 0));
        for (uint256 i = 0; i < outcomes.length; ++i) assertEq(uint8(outcomes[i]), uint8(expected));
    }

    function _expectUnmoved() private view {
        for (uint256 id = 1; id <= ACCOUNTS; ++id) {
            assertEq(_params(id).rhoTargetBps, 3_000);
            assertEq(_params(id).piBps, 1_000);
        }
    }

    /// @dev Now, after the grace, and after the ramp.
    function _expectNoLiquidations() private {
        uint256 snapshot = vm.snapshotState();
        uint256[3] memory waits = [uint256(0), 15 minutes, 45 minutes];
        for (uint256 i = 0; i < 3; ++i) {
            _later(waits[i], FALLEN);
            assertEq(_liquidations(), 0);
        }
        assertEq(_state(put).collateral, ACCOUNTS * MARGIN);
        vm.revertToState(snapshot);
    }

    /// @dev Tries everybody; whoever can be flagged is liquidated.
    function _liquidations() private returns (uint256 count) {
        vm.startPrank(liquidator);
        for (uint256 id = 1; id <= ACCOUNTS; ++id) {
            try vault.flag(id) {
                vault.liquidate(id, ONE, 0, "");
                ++count;
            } catch {}
        }
        vm.stopPrank();
    }
}
