// SPDX-License-Identifier: MIT
pragma solidity 0.8.30;

import {DeliveryLimits} from "../../../contracts/types/DeliveryTypes.sol";
import {EntryOutcome} from "../../../contracts/types/RiskTypes.sol";
import {DeliveryFixture} from "./DeliveryFixture.sol";

/// @title Attack B1 of the catalogue: exactly at each limit and one unit beyond
contract AttacksBoundsTest is DeliveryFixture {
    function setUp() public override {
        super.setUp();
        DeliveryLimits memory limits = _limits();
        limits.violations = 100;
        _oracle.setDeliveryLimits(limits);
    }

    function _expect(uint48 id, uint16 rho, uint16 pi, EntryOutcome outcome) private {
        assertEq(_submit(_entry(id, 1, rho, pi)), _code(outcome));
    }

    /// @dev First scores, which only the bounds hold; each refused one leaves its position unscored.
    function test_B1_AtEachBoundAndOneBeyond() public {
        for (uint48 id = 3; id <= 7; ++id) _oracle.registerPosition(id, CLASS_ID);
        _expect(3, 299, 50, EntryOutcome.RHO_BELOW_FLOOR);
        _expect(4, 9_001, 500, EntryOutcome.RHO_ABOVE_CEILING);
        _expect(5, 5_000, 49, EntryOutcome.PI_BELOW_FLOOR);
        _expect(6, 5_000, 4_001, EntryOutcome.PI_ABOVE_CAP);
        _expect(7, 2_000, 1_901, EntryOutcome.LINKED_RULE);
        skip(1);
        _expect(3, 300, 200, EntryOutcome.APPLIED_LOOSENED);
        _expect(4, 9_000, 500, EntryOutcome.APPLIED_TIGHTENED);
        _expect(5, 5_000, 50, EntryOutcome.APPLIED_TIGHTENED);
        _expect(6, 5_000, 4_000, EntryOutcome.APPLIED_TIGHTENED);
        _expect(7, 2_000, 1_900, EntryOutcome.APPLIED_LOOSENED);
    }

    function test_B1_AtEachStepAndDelayAndOneBeyond() public {
        _expect(1, 2_000, 500, EntryOutcome.APPLIED_LOOSENED);
        vm.warp(START + 299);
        _expect(1, 2_300, 500, EntryOutcome.TIGHTEN_DELAY);
        vm.warp(START + 300);
        _expect(1, 2_301, 500, EntryOutcome.TIGHTEN_STEP);
        _expect(1, 2_300, 601, EntryOutcome.PI_STEP);
        _expect(1, 2_300, 600, EntryOutcome.APPLIED_TIGHTENED);
        vm.warp(START + 3_599);
        _expect(1, 2_150, 600, EntryOutcome.LOOSEN_DELAY);
        vm.warp(START + 3_600);
        _expect(1, 2_149, 600, EntryOutcome.LOOSEN_STEP);
        _expect(1, 2_150, 499, EntryOutcome.PI_STEP);
        _expect(1, 2_150, 500, EntryOutcome.APPLIED_LOOSENED);
    }
}
