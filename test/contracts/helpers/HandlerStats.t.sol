// SPDX-License-Identifier: MIT
pragma solidity 0.8.30;

import {HandlerReport, HandlerStats, Tally} from "./HandlerStats.sol";
import {Test} from "@chainlink/contracts/src/v0.8/vendor/forge-std/src/Test.sol";

contract SampleHandler is HandlerStats {
    uint256 public reached;

    function even(uint256 value) external counted("even") {
        require(value % 2 == 0, "odd");
        ++reached;
    }

    function breaks(bool byAssert) external counted("breaks") {
        if (byAssert) assert(reached == type(uint256).max);
        _broken("sums differ");
    }
}

contract HandlerReportCaller {
    function check(string memory name, HandlerStats handler) external {
        HandlerReport.check(name, handler);
    }
}

/// @notice given a handler / when its actions succeed, revert or break a property / counts and verdict follow.
contract HandlerStatsTest is Test {
    SampleHandler private _handler;
    HandlerReportCaller private _report;

    function setUp() external {
        _handler = new SampleHandler();
        _report = new HandlerReportCaller();
    }

    function _call(uint256 times, uint256 value) private {
        for (uint256 i = 0; i < times; ++i) _handler.even(value);
    }

    function test_RevertWhen_AnActionRarelySucceeds() external {
        _call(1, 2);
        _call(199, 1);
        vm.expectRevert(
            abi.encodeWithSelector(HandlerReport.HandlerActionRarelySucceeds.selector, "rare", "even", 1, 200)
        );
        _report.check("rare", _handler);
        // The totals of this test must not fail the run: 201 successes follow.
        _handler = new SampleHandler();
        _call(201, 2);
        _report.check("rare", _handler);
    }

    function test_RevertWhen_AnActionBreaksAProperty() external {
        _handler.breaks(false);
        vm.expectRevert(
            abi.encodeWithSelector(HandlerReport.HandlerPropertyBroken.selector, "broken", "breaks: sums differ")
        );
        _report.check("broken", _handler);
    }

    function test_RevertWhen_AnActionFailsAnAssert() external {
        _handler.breaks(true);
        vm.expectRevert(
            abi.encodeWithSelector(HandlerReport.HandlerPropertyBroken.selector, "broken", "breaks: assert failed")
        );
        _report.check("broken", _handler);
    }

    function test_RevertsUndoTheActionButNotItsCount() external {
        _call(3, 2);
        _call(2, 1);
        Tally[] memory tallies = _handler.tallies();
        assertEq(tallies.length, 1);
        assertEq(tallies[0].action, "even");
        assertEq(tallies[0].calls, 5);
        assertEq(tallies[0].successes, 3);
        assertEq(_handler.reached(), 3);
        assertEq(_handler.brokenProperty(), "");
    }

    function test_FewCallsGiveNoVerdict() external {
        _call(199, 1);
        _report.check("few", _handler);
        _handler = new SampleHandler();
        _call(201, 2);
        _report.check("few", _handler);
    }
}
