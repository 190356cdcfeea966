// SPDX-License-Identifier: MIT
pragma solidity 0.8.30;

import {IRiskClasses} from "../../../contracts/interfaces/IRiskClasses.sol";
import {IRiskModels} from "../../../contracts/interfaces/IRiskModels.sol";
import {IRiskOracleLog} from "../../../contracts/interfaces/IRiskOracleLog.sol";
import {RiskOracle, RiskOracleConfig} from "../../../contracts/oracle/RiskOracle.sol";
import {ClassRatioFeed} from "../../../contracts/oracle/adapters/ClassRatioFeed.sol";
import {RatioFeed} from "../../../contracts/oracle/adapters/RatioFeed.sol";
import {Attestations, ParamStatus, RiskClass, RiskParams, RiskReport} from "../../../contracts/types/RiskTypes.sol";
import {OracleFixture} from "./OracleFixture.sol";

/// @notice given an oracle / when what it keeps is read, or it is set up or fed wrongly / it says what it has, or why not.
contract OracleReadsTest is OracleFixture {
    function test_RevertWhen_TheOracleIsSetUpWrongly() external {
        RiskOracleConfig memory config = RiskOracleConfig({
            authority: address(_manager),
            verifier: _signers,
            engine: _engine,
            extension: _oracle.EXTENSION(),
            maxArrivalAgeSec: 0,
            limits: _limits()
        });
        vm.expectRevert(IRiskOracleLog.RiskOracleInvalidConfig.selector);
        new RiskOracle(config);
        (config.maxArrivalAgeSec, config.extension) = (MAX_AGE_SEC, address(0xdead));
        vm.expectRevert(IRiskOracleLog.RiskOracleInvalidConfig.selector);
        new RiskOracle(config);
    }

    function test_RevertWhen_ThePositionsClassIsUnknownOrNotActive() external {
        vm.expectRevert(abi.encodeWithSelector(IRiskClasses.RiskClassesUnknownClass.selector, 77));
        _oracle.registerPosition(1, 77);
        RiskClass memory class = _class();
        class.active = false;
        _oracle.setRiskClass(78, class);
        vm.expectRevert(abi.encodeWithSelector(IRiskOracleLog.RiskOracleClass.selector, 78));
        _oracle.registerPosition(1, 78);
    }

    function test_RevertWhen_AModelHasNoHash() external {
        uint32 before = _oracle.modelsVersion();
        vm.expectRevert(IRiskModels.RiskModelsZeroHash.selector);
        _oracle.setModelAllowed(bytes32(0), true);
        _oracle.setModelAllowed(keccak256("other"), true);
        assertEq(_oracle.modelsVersion(), before + 1);
    }

    function test_RevertWhen_AChunkHasAnotherObservation() external {
        RiskReport memory report = _report("", "");
        report.chunkCount = 2;
        _oracle.submitReport(report, _attest(report), "", "");
        (report.chunkIndex, report.observedAt) = (1, report.observedAt - 1);
        Attestations memory attestations = _attest(report);
        vm.expectRevert(
            abi.encodeWithSelector(
                IRiskOracleLog.RiskOracleObservedAt.selector,
                report.observedAt,
                report.observedAt + 1,
                report.observedAt + 1
            )
        );
        _oracle.submitReport(report, attestations, "", "");
    }

    function test_RevertWhen_QuantilesDoNotAscend() external {
        _oracle.setRiskClass(2, _class());
        bytes memory first = abi.encodePacked(uint16(2), uint16(2_500), uint16(700));
        bytes memory quantiles = abi.encodePacked(first, CLASS_ID, uint16(2_500), uint16(700));
        RiskReport memory report = _report("", quantiles);
        Attestations memory attestations = _attest(report);
        vm.expectRevert(abi.encodeWithSelector(IRiskOracleLog.RiskOracleNotAscending.selector, 1));
        _oracle.submitReport(report, attestations, "", quantiles);
    }

    function test_RevertWhen_AClassFeedIsAskedForAPastRound() external {
        bytes memory quantiles = abi.encodePacked(CLASS_ID, uint16(2_500), uint16(700));
        RiskReport memory report = _report("", quantiles);
        _oracle.submitReport(report, _attest(report), "", quantiles);
        ClassRatioFeed feed = new ClassRatioFeed(_oracle, CLASS_ID, false, "Plimsoll class ratio");
        (, int256 answer, , , ) = feed.getRoundData(report.observedAt);
        assertGt(answer, 0);
        vm.expectRevert(
            abi.encodeWithSelector(RatioFeed.RatioFeedUnknownRound.selector, uint80(report.observedAt - 1))
        );
        feed.getRoundData(report.observedAt - 1);
    }

    function test_SourcesAreListed() external {
        assertEq(_oracle.sourceCount(), 1);
        assertEq(_oracle.sourceAt(0), address(this));
        assertEq(_oracle.sourceIndexOf(address(this)), 0);
        vm.expectRevert(abi.encodeWithSelector(IRiskOracleLog.RiskOracleUnknownSourceIndex.selector, 1));
        _oracle.sourceAt(1);
    }

    function test_ClassesAreListed() external {
        vm.warp(START + 7);
        _oracle.setRiskClass(5, _class());
        uint16[] memory ids = _oracle.classIds();
        assertEq(ids.length, 2);
        assertEq(ids[0], CLASS_ID);
        assertEq(ids[1], 5);
        assertEq(_oracle.boundsChangedAt(), START + 7);
    }

    function test_WatchersAreNamed() external {
        _oracle.setWatch(GUARDIAN, address(0x5e));
        assertEq(_oracle.guardian(), GUARDIAN);
        assertEq(_oracle.sentinel(), address(0x5e));
    }

    function test_BatchesAnswerUnknownPositionsToo() external {
        _oracle.registerPosition(3, CLASS_ID);
        _submit(_entry(3, 1, 2_900, 500));
        uint256[] memory ids = new uint256[](2);
        (ids[0], ids[1]) = (3, 4);
        RiskParams[] memory params = _oracle.getParamsBatch(address(this), ids);
        assertEq(params.length, 2);
        assertEq(abi.encode(params[0]), abi.encode(_oracle.getParams(address(this), 3)));
        assertEq(uint8(params[0].status), uint8(ParamStatus.FRESH));
        assertEq(uint8(params[1].status), uint8(ParamStatus.UNKNOWN));
        assertEq(params[1].rhoBps, 0);
    }

    function test_AnUnscoredPositionHasItsClassesDefaults() external {
        _oracle.registerPosition(3, CLASS_ID);
        (uint256 rho, uint256 pi, uint256 rhoBefore) = _oracle.maintenanceOf(address(this), 3);
        assertEq(rho, _class().rhoDefaultBps);
        assertEq(pi, _class().piDefaultBps);
        assertEq(rhoBefore, rho);
    }
}
