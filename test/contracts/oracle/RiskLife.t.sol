// SPDX-License-Identifier: MIT
pragma solidity 0.8.30;

import {IRiskOracleLog} from "../../../contracts/interfaces/IRiskOracleLog.sol";
import {Math} from "@openzeppelin/contracts/utils/math/Math.sol";
import {RiskLife} from "../../../contracts/libraries/RiskLife.sol";
import {RiskReading} from "../../../contracts/libraries/RiskReading.sol";
import {RiskWord} from "../../../contracts/libraries/RiskWord.sol";
import {RiskClass} from "../../../contracts/types/RiskTypes.sol";
import {OracleFixture} from "./OracleFixture.sol";

/// @title Words that are copied, merged and moved to another class
contract RiskLifeTest is OracleFixture {
    uint16 private constant OTHER = 2;

    function setUp() public override {
        super.setUp();
        RiskClass memory other = _class();
        (other.rhoFloorBps, other.maxAboveOpenBps, other.windowSec) = (3_500, 1_000, 2 hours);
        (other.rhoDefaultBps, other.rhoInitialBps) = (4_000, 4_000);
        _oracle.setRiskClass(OTHER, other);
        _oracle.registerPosition(1, CLASS_ID);
    }

    function _rho(uint256 id) private view returns (uint16 rhoBps) {
        (rhoBps, , ) = _oracle.maintenanceOf(address(this), id);
    }

    function test_RevertWhen_SourceSideOfTheLifeIsMisused() external {
        vm.expectPartialRevert(IRiskOracleLog.RiskOracleUnknownPosition.selector);
        _oracle.copyPosition(9, 10);
        vm.expectPartialRevert(IRiskOracleLog.RiskOraclePositionExists.selector);
        _oracle.copyPosition(1, 1);
        vm.expectPartialRevert(IRiskOracleLog.RiskOraclePositionId.selector);
        _oracle.copyPosition(1, 1 << 48);
        vm.expectPartialRevert(IRiskOracleLog.RiskOracleUnknownPosition.selector);
        _oracle.mergePosition(1, 9);
        vm.expectPartialRevert(IRiskOracleLog.RiskOracleUnknownPosition.selector);
        _oracle.maintenanceOf(address(this), 9);
        RiskClass memory retired = _class();
        retired.active = false;
        _oracle.setRiskClass(3, retired);
        vm.expectRevert(abi.encodeWithSelector(IRiskOracleLog.RiskOracleClass.selector, 3));
        _oracle.reclassifyPosition(1, 3);
        vm.startPrank(address(1));
        vm.expectPartialRevert(IRiskOracleLog.RiskOracleUnknownSource.selector);
        _oracle.copyPosition(1, 2);
        vm.expectPartialRevert(IRiskOracleLog.RiskOracleUnknownSource.selector);
        _oracle.mergePosition(1, 1);
        vm.expectPartialRevert(IRiskOracleLog.RiskOracleUnknownSource.selector);
        _oracle.reclassifyPosition(1, OTHER);
        vm.stopPrank();
    }

    function test_RevertWhen_ReclassifyingAStaleScore() external {
        _submit(_entry(1, 1, 3_000, 1_000));
        vm.warp(block.timestamp + 1 hours);
        vm.expectPartialRevert(IRiskOracleLog.RiskOracleStale.selector);
        _oracle.reclassifyPosition(1, OTHER);
    }

    function test_ACopyHasTheSameRatiosInItsFirstEpoch() external {
        _oracle.raiseEpoch(1);
        _submit(_entry(1, 2, 3_600, 1_000));
        _oracle.copyPosition(1, 2);
        uint256 word = _oracle.positionWord(0, 1);
        assertEq(_oracle.positionWord(0, 2), RiskLife.copiedWord(word));
        assertEq(_oracle.getParams(address(this), 2).epoch, 1);
        assertEq(_oracle.getParams(address(this), 2).rhoTargetBps, 3_600);
    }

    function test_AMergerKeepsTheStricterRatioAtOnce() external {
        _oracle.registerPosition(2, CLASS_ID);
        _submit(bytes.concat(_entry(1, 1, 3_600, 1_000), _entry(2, 1, 2_000, 500)));
        assertEq(_rho(2), 2_000);
        assertEq(_oracle.mergePosition(1, 2), 2);
        assertEq(_rho(2), 3_600);
        assertEq(_oracle.mergePosition(2, 1), 2);
        assertEq(_oracle.getParams(address(this), 1).rhoTargetBps, 3_600);
    }

    function test_ABucketWithAHigherFloorRaisesTheTargetByRamp() external {
        _submit(_entry(1, 1, 3_000, 1_000));
        vm.warp(block.timestamp + 30 minutes);
        uint16 before = _rho(1);
        _oracle.reclassifyPosition(1, OTHER);
        assertEq(_rho(1), before);
        assertEq(_oracle.getParams(address(this), 1).classId, OTHER);
        assertEq(_oracle.getParams(address(this), 1).rhoTargetBps, 3_500);
        vm.warp(block.timestamp + 10 minutes);
        assertEq(_rho(1), before);
        vm.warp(block.timestamp + 15 minutes);
        assertEq(_rho(1), 3_250);
        (, , uint16 rhoBefore) = _oracle.maintenanceOf(address(this), 1);
        assertEq(rhoBefore, 3_000);
    }

    /// @dev From any reachable word, the ρ in force is the same before and after, and no ratio falls.
    function testFuzz_ReclassifyingNeverJumps(
        uint16 first,
        uint16 second,
        uint32 wait,
        uint16 floor,
        uint16 delta
    ) external {
        first = uint16(bound(first, 300, 8_500));
        _submit(_entry(1, 1, first, 50));
        vm.warp(block.timestamp + 300 + (wait % 50 minutes));
        _submit(_entry(1, 1, uint16(bound(second, first, first + 300)), 50));
        vm.warp(block.timestamp + (wait % 55 minutes));
        RiskClass memory other = _class();
        other.rhoFloorBps = uint16(bound(floor, 300, 3_000));
        other.maxAboveOpenBps = uint16(delta % 2_001);
        _oracle.setRiskClass(OTHER, other);
        uint16 before = _rho(1);
        uint16 target = _oracle.getParams(address(this), 1).rhoTargetBps;
        _oracle.reclassifyPosition(1, OTHER);
        assertEq(_rho(1), before);
        assertGe(_oracle.getParams(address(this), 1).rhoTargetBps, target);
        uint256 word = _oracle.positionWord(0, 1);
        assertEq(RiskWord.rhoCapOf(word), Math.min(first + _class().maxAboveOpenBps, 10_000));
        (, uint256 levels) = _oracle.classBounds(OTHER);
        assertEq(RiskReading.standingRho(word, levels, block.timestamp), before);
    }
}
