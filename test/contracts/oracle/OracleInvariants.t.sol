// SPDX-License-Identifier: MIT
pragma solidity 0.8.30;

import {RiskWord} from "../../../contracts/libraries/RiskWord.sol";
import {DeliveryLimits, OracleStatus} from "../../../contracts/types/DeliveryTypes.sol";
import {HandlerReport} from "../helpers/HandlerStats.sol";
import {OracleFixture} from "./OracleFixture.sol";
import {OracleHandler} from "./OracleHandler.t.sol";

/// @title What holds in an oracle whatever quorum, guardian, provers, source and clock do
/// @dev The handler checks after each of its calls what needs the state before; here is what a state shows by itself.
contract OracleInvariantsTest is OracleFixture {
    OracleHandler private _handler;

    function setUp() public override {
        super.setUp();
        _oracle.setWatch(GUARDIAN, address(0));
        DeliveryLimits memory limits = _limits();
        (limits.reportTightened, limits.reportTighteningBps) = (5, 1_000);
        (limits.windowTightened, limits.windowTighteningBps) = (60, 6_000);
        limits.violations = 2;
        _oracle.setDeliveryLimits(limits);
        for (uint256 id = 1; id <= 6; ++id) _oracle.registerPosition(id, CLASS_ID);
        _handler = new OracleHandler(_oracle, GUARDIAN, _class());
        targetContract(address(_handler));
    }

    function invariant_NoPromiseIsBroken() public view {
        assertEq(_handler.broken(), "");
    }

    function invariant_OutcomesEqualEntries() public view {
        assertEq(_handler.outcomesReturned(), _handler.entriesDelivered());
    }

    function invariant_WindowStaysInsideItsCaps() public view {
        OracleStatus memory status = _oracle.status();
        DeliveryLimits memory limits = _oracle.deliveryLimits();
        assertLe(status.windowTightened, limits.windowTightened);
        assertLe(status.windowTighteningBps, limits.windowTighteningBps);
    }

    /// @dev Drift: no accepted value is further from either anchor than its lane allows, but for the fallback already in force.
    function invariant_ValuesStayWithinTheDriftOfBothAnchors() public view {
        for (uint256 id = 1; id <= 6; ++id) {
            uint256 word = _oracle.positionWord(0, id);
            (uint256 rho, uint256 anchor) = (RiskWord.rhoTargetOf(word), RiskWord.rhoAnchorOf(word));
            uint256 top = anchor + 2_000;
            if (top < 3_000) top = 3_000;
            assertLe(rho, top);
            assertGe(rho + 800, anchor);
        }
    }

    function afterInvariant() external {
        HandlerReport.add("OracleHandler", _handler.tallies());
    }
}
