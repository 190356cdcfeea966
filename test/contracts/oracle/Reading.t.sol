// SPDX-License-Identifier: MIT
pragma solidity 0.8.30;

import {IRiskOracle} from "../../../contracts/interfaces/IRiskOracle.sol";
import {ParamStatus, RiskParams, RiskReport} from "../../../contracts/types/RiskTypes.sol";
import {OracleFixture} from "./OracleFixture.sol";

/// @notice given positions / when they are read at any point of their life / every way of reading says the same.
contract ReadingTest is OracleFixture {
    bytes private _entries;

    function setUp() public override {
        super.setUp();
        _oracle.registerPosition(1, CLASS_ID);
        _oracle.registerPosition(2, CLASS_ID);
        _entries = _entry(1, 1, 2_000, 500);
    }

    function test_GetParams_FollowsThePositionsLife() public {
        RiskParams memory params = _oracle.getParams(address(this), 1);
        assertEq(uint8(params.status), uint8(ParamStatus.UNSCORED));
        assertEq(params.rhoBps, 3_000);
        assertEq(params.rhoInitialBps, 3_600);
        _submit(_entries);
        params = _oracle.getParams(address(this), 1);
        assertEq(uint8(params.status), uint8(ParamStatus.FRESH));
        assertEq(params.rhoBps, 2_000);
        assertEq(params.validUntil, START - 1 + 1 hours);
        vm.warp(params.validUntil);
        params = _oracle.getParams(address(this), 1);
        assertEq(uint8(params.status), uint8(ParamStatus.STALE));
        assertEq(params.rhoBps, 2_000);
        vm.warp(params.validUntil + 12 hours);
        assertEq(_oracle.getParams(address(this), 1).rhoBps, 2_500);
        _oracle.retirePosition(1);
        assertEq(uint8(_oracle.tryGetParams(address(this), 1).status), uint8(ParamStatus.UNKNOWN));
        vm.expectRevert(abi.encodeWithSelector(IRiskOracle.RiskOracleUnknownPosition.selector, 0, 1));
        _oracle.getParams(address(this), 1);
    }

    /// @dev Through first score, ramp, arrival, cap and staleness; a position that was never scored beside it.
    function testFuzz_MaintenanceParams_EqualGetParams(uint256 rho, uint256 wait, uint256 later) public {
        _submit(_entry(1, 1, uint16(bound(rho, 300, 5_000)), 200));
        skip(bound(wait, 300, 3_000));
        uint256 target = _oracle.getParams(address(this), 1).rhoTargetBps;
        _submit(_entry(1, 1, uint16(target + (rho % 301)), 250));
        skip(bound(later, 0, 2 days));
        for (uint256 id = 1; id <= 2; ++id) {
            RiskParams memory params = _oracle.getParams(address(this), id);
            (uint16 rhoBps, uint16 piBps, ParamStatus status) = _oracle.maintenanceParams(address(this), id);
            assertEq(rhoBps, params.rhoBps);
            assertEq(piBps, params.piBps);
            assertEq(uint8(status), uint8(params.status));
        }
    }

    function test_RevertWhen_MaintenanceOfAnUnknownPositionIsRead() public {
        vm.expectRevert(abi.encodeWithSelector(IRiskOracle.RiskOracleUnknownPosition.selector, 0, 3));
        _oracle.maintenanceParams(address(this), 3);
        vm.expectRevert(abi.encodeWithSelector(IRiskOracle.RiskOracleUnknownSource.selector, GUARDIAN));
        _oracle.maintenanceParams(GUARDIAN, 1);
    }

    function test_Words_ManyEqualOneByOne() public {
        bytes memory quantiles = abi.encodePacked(CLASS_ID, uint16(4_000), uint16(700));
        RiskReport memory report = _report(_entries, quantiles);
        _oracle.submitReport(report, _attest(report), _entries, quantiles);
        uint256[] memory ids = new uint256[](4);
        (ids[0], ids[1], ids[2], ids[3]) = (2, 1, 1 << 48, 1);
        uint256[] memory words = _oracle.positionWords(0, ids);
        assertEq(words.length, 4);
        for (uint256 index = 0; index < 4; ++index) assertEq(words[index], _oracle.positionWord(0, ids[index]));
        assertTrue(words[1] != 0 && words[2] == 0);
        assertEq(_oracle.positionWords(1, ids)[1], 0);
        uint16[] memory classIds = new uint16[](2);
        (classIds[0], classIds[1]) = (77, CLASS_ID);
        uint256[] memory classWords = _oracle.classWords(classIds);
        assertEq(classWords[0], 0);
        assertEq(classWords[1], _oracle.classWord(CLASS_ID));
        assertTrue(classWords[1] != 0);
        assertEq(_oracle.positionWords(0, new uint256[](0)).length, 0);
    }
}
