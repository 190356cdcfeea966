// SPDX-License-Identifier: MIT
pragma solidity 0.8.30;

import {IRiskOracleLog} from "../../../contracts/interfaces/IRiskOracleLog.sol";
import {Vm} from "@chainlink/contracts/src/v0.8/vendor/forge-std/src/Vm.sol";
import {IRiskOracle} from "../../../contracts/interfaces/IRiskOracle.sol";
import {ISignerRegistry} from "../../../contracts/interfaces/ISignerRegistry.sol";
import {Attestations, EntryOutcome, RiskReport} from "../../../contracts/types/RiskTypes.sol";
import {OracleFixture} from "./OracleFixture.sol";

/// @notice given a report / when a check of its header, quorum or payload fails / it reverts before anything is written;
/// when accepted / each entry has its own outcome.
contract RiskOracleTest is OracleFixture {
    bytes private _entries;

    function setUp() public override {
        super.setUp();
        _oracle.registerPosition(1, CLASS_ID);
        _oracle.registerPosition(2, CLASS_ID);
        _entries = _entry(1, 1, 2_000, 500);
    }

    function _refused(RiskReport memory report, bytes memory reason) private {
        Attestations memory attestations = _attest(report);
        vm.expectRevert(reason);
        _oracle.submitReport(report, attestations, _entries, "");
    }

    function _refusedQuorum(Attestations memory attestations, RiskReport memory report, bytes4 selector) private {
        vm.expectPartialRevert(selector);
        _oracle.submitReport(report, attestations, _entries, "");
    }

    function test_S3_T4_T5_RevertWhen_EpochDoesNotRise() public {
        _submit(_entries);
        RiskReport memory report = _report(_entries, "");
        report.epoch = 1;
        uint64 max = 1 + (1 << 32);
        _refused(report, abi.encodeWithSelector(IRiskOracleLog.RiskOracleEpoch.selector, 1, 1, max));
        report.epoch = max + 1;
        _refused(report, abi.encodeWithSelector(IRiskOracleLog.RiskOracleEpoch.selector, max + 1, 1, max));
    }

    function test_T1_T2_T6_RevertWhen_ObservationIsTooOldTooNewOrOlderThanTheLast() public {
        RiskReport memory report = _report(_entries, "");
        (uint256 earliest, uint256 latest) = (START - MAX_AGE_SEC, START + 30);
        bytes4 selector = IRiskOracleLog.RiskOracleObservedAt.selector;
        report.observedAt = uint40(earliest - 1);
        _refused(report, abi.encodeWithSelector(selector, report.observedAt, earliest, latest));
        report.observedAt = uint40(latest + 1);
        _refused(report, abi.encodeWithSelector(selector, report.observedAt, earliest, latest));
        _submit(_entries);
        report = _report(_entries, "");
        report.observedAt = uint40(START - 2);
        _refused(report, abi.encodeWithSelector(selector, START - 2, START - 1, type(uint40).max));
    }

    function test_T3_RevertWhen_ReportArrivesAfterItsLastSecond() public {
        RiskReport memory report = _report(_entries, "");
        report.validUntil = uint40(START - 1);
        _refused(report, abi.encodeWithSelector(IRiskOracleLog.RiskOracleExpired.selector, START - 1, START));
    }

    function test_RevertWhen_PayloadIsNotTheSignedOne() public {
        RiskReport memory report = _report("", "");
        bytes4 selector = IRiskOracleLog.RiskOraclePayloadHash.selector;
        _refused(report, abi.encodeWithSelector(selector, keccak256(""), keccak256(_entries)));
        report = _report(_entries, hex"000101010101");
        _refused(report, abi.encodeWithSelector(selector, report.classQuantilesHash, keccak256("")));
    }

    function test_RevertWhen_BundleIsNotAllowed() public {
        _oracle.setModelAllowed(BUNDLE, false);
        _refused(_report(_entries, ""), abi.encodeWithSelector(IRiskOracleLog.RiskOracleBundle.selector, BUNDLE));
    }

    function test_P4_RevertWhen_ChunksAreOutOfOrder() public {
        bytes4 selector = IRiskOracleLog.RiskOracleChunk.selector;
        RiskReport memory report = _report(_entries, "");
        (report.chunkIndex, report.chunkCount) = (1, 2);
        _refused(report, abi.encodeWithSelector(selector, 1, 2, 0, 2));
        (report.chunkIndex, report.chunkCount) = (0, 0);
        _refused(report, abi.encodeWithSelector(selector, 0, 0, 0, 1));
        (report.chunkIndex, report.chunkCount) = (0, 2);
        _oracle.submitReport(report, _attest(report), _entries, "");
        _refused(report, abi.encodeWithSelector(selector, 0, 2, 1, 2));
        report.chunkIndex = 1;
        report.chunkCount = 3;
        _refused(report, abi.encodeWithSelector(selector, 1, 3, 1, 2));
        report.chunkCount = 2;
        _oracle.submitReport(report, _attest(report), _entries, "");
        uint64 max = report.epoch + (1 << 32);
        bytes4 epoch = IRiskOracleLog.RiskOracleEpoch.selector;
        _refused(report, abi.encodeWithSelector(epoch, report.epoch, report.epoch, max));
    }

    function test_B2_RevertWhen_KeysDoNotAscend() public {
        _entries = bytes.concat(_entry(2, 1, 2_000, 500), _entry(2, 1, 2_300, 500));
        _refused(_report(_entries, ""), abi.encodeWithSelector(IRiskOracleLog.RiskOracleNotAscending.selector, 1));
    }

    function test_S4_S7_S8_S9_S10_RevertWhen_QuorumIsAttacked() public {
        RiskReport memory report = _report(_entries, "");
        bytes32 digest = _oracle.reportDigest(report);
        bytes4 invalid = ISignerRegistry.SignerRegistryInvalidSignature.selector;
        _refusedQuorum(_attestDigest(digest, 0x3), report, ISignerRegistry.SignerRegistryNoQuorum.selector);
        _refusedQuorum(_attestDigest(digest, 0), report, ISignerRegistry.SignerRegistryNoQuorum.selector);
        _refusedQuorum(_attestDigest(digest, 0x17), report, ISignerRegistry.SignerRegistryBitmap.selector);
        Attestations memory good = _attestDigest(digest, FIRST_THREE);
        bytes memory one = _sign(1_001, digest);
        Attestations memory bad = Attestations(FIRST_THREE, bytes.concat(one, one, _sign(1_003, digest)));
        _refusedQuorum(bad, report, invalid);
        bad.signatures = bytes.concat(_sign(1_002, digest), one, _sign(1_003, digest));
        _refusedQuorum(bad, report, invalid);
        bad.signatures = bytes.concat(one, _sign(1_002, digest), _sign(9_999, digest));
        _refusedQuorum(bad, report, invalid);
        bad.signatures = bytes.concat(new bytes(64), _sign(1_002, digest), _sign(1_003, digest));
        _refusedQuorum(bad, report, invalid);
        bytes4 length = ISignerRegistry.SignerRegistrySignatureLength.selector;
        bad.signatures = bytes.concat(good.signatures, hex"00");
        _refusedQuorum(bad, report, length);
        bad.signatures = bytes.concat(good.signatures, one);
        _refusedQuorum(bad, report, length);
        bad.signatures = new bytes(191);
        _refusedQuorum(bad, report, length);
        bad.signatures = _malleated(digest);
        _refusedQuorum(bad, report, invalid);
        // The same report passes when left alone: nothing above was written.
        _oracle.submitReport(report, good, _entries, "");
    }

    /// @dev First signature replaced by its high-s twin.
    function _malleated(bytes32 digest) private pure returns (bytes memory signatures) {
        (uint8 v, bytes32 r, bytes32 s) = vm.sign(1_001, digest);
        uint256 order = 0xFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFEBAAEDCE6AF48A03BBFD25E8CD0364141;
        // In compact form the top bit of vs is v, so a high s can only be given as s mod 2^255 with the twin's v.
        bytes32 vs = bytes32(((order - uint256(s)) & (type(uint256).max >> 1)) | (uint256(28 - v) << 255));
        return bytes.concat(abi.encodePacked(r, vs), _sign(1_002, digest), _sign(1_003, digest));
    }

    function test_S1_S2_RevertWhen_ReportIsReplayedOnAnotherContractOrChain() public {
        RiskReport memory report = _report(_entries, "");
        Attestations memory attestations = _attest(report);
        IRiskOracle other = _deployOracle(bytes32(uint256(1)));
        vm.expectPartialRevert(ISignerRegistry.SignerRegistryInvalidSignature.selector);
        other.submitReport(report, attestations, _entries, "");
        vm.chainId(99);
        _refusedQuorum(attestations, report, ISignerRegistry.SignerRegistryInvalidSignature.selector);
    }

    function test_P3_SubmitReport_PoisonEntryDoesNotBlockOthers() public {
        bytes memory entries = bytes.concat(
            _entry(1, 1, 2_000, 500),
            _entry(2, 1, 65_535, 65_535),
            _entry(3, 1, 2_000, 500)
        );
        RiskReport memory report = _report(entries, "");
        (bytes memory preview, bool held) = _oracle.previewEntries(report, entries);
        assertFalse(held);
        bytes memory expected = abi.encodePacked(
            uint8(EntryOutcome.APPLIED_LOOSENED),
            uint8(EntryOutcome.RHO_ABOVE_CEILING),
            uint8(EntryOutcome.UNKNOWN_POSITION)
        );
        Attestations memory attestations = _attest(report);
        vm.recordLogs();
        bytes memory outcomes = _oracle.submitReport(report, attestations, entries, "");
        _assertEntryLogs(vm.getRecordedLogs());
        assertEq(outcomes, expected);
        assertEq(preview, expected);
        assertEq(_oracle.lastEpoch(), report.epoch);
    }

    /// @dev One log per entry, in their order, after that of the report: the first applied, the others skipped.
    function _assertEntryLogs(Vm.Log[] memory logs) private view {
        assertEq(logs.length, 4);
        assertEq(logs[0].topics[0], IRiskOracleLog.ReportAccepted.selector);
        for (uint256 id = 1; id <= 3; ++id) {
            bytes32 name = id == 1 ? IRiskOracleLog.EntryLoosened.selector : IRiskOracleLog.EntrySkipped.selector;
            assertEq(logs[id].topics[0], name);
            assertEq(uint256(logs[id].topics[1]), id);
        }
        assertEq(logs[1].data, abi.encode(_oracle.positionWord(0, 1)));
        uint256 values = (1 << 48) | (65_535 << 32) | (65_535 << 16) | 200;
        assertEq(logs[2].data, abi.encode(values, uint8(EntryOutcome.RHO_ABOVE_CEILING)));
        assertEq(_oracle.positionWord(0, 3), 0);
    }

    function test_SubmitReport_ClassQuantileRaisesOpening() public {
        (uint16 before, ) = _oracle.openingParams(CLASS_ID);
        assertEq(before, 3_600);
        bytes memory quantiles = abi.encodePacked(
            CLASS_ID,
            uint16(4_000),
            uint16(700),
            uint16(77),
            uint16(1),
            uint16(1)
        );
        RiskReport memory report = _report(_entries, quantiles);
        vm.expectEmit(address(_oracle));
        emit IRiskOracleLog.ClassQuantilesProcessed(report.epoch, quantiles, hex"0003");
        _oracle.submitReport(report, _attest(report), _entries, quantiles);
        (uint16 rho, uint16 pi) = _oracle.openingParams(CLASS_ID);
        assertEq(rho, 4_800);
        assertEq(pi, 700);
        assertEq(_oracle.classWord(77), 0);
    }

    /// @dev One report over three sources with equal ids: each entry finds the position of its own source.
    function test_SubmitReport_EntriesReachTheirOwnSource() public {
        address[3] memory sources = [address(this), address(0x51), address(0x52)];
        for (uint256 index = 1; index < sources.length; ++index) {
            _oracle.registerSource(sources[index]);
            vm.prank(sources[index]);
            _oracle.registerPosition(1, CLASS_ID);
        }
        bytes memory entries;
        for (uint16 index = 0; index < sources.length; ++index) {
            bytes memory key = abi.encodePacked(index, uint48(1), uint16(1));
            entries = abi.encodePacked(entries, key, 2_000 + index * 100, uint16(500), uint16(200));
        }
        RiskReport memory report = _report(entries, "");
        bytes memory outcomes = _oracle.submitReport(report, _attest(report), entries, "");
        assertEq(outcomes, hex"010101");
        for (uint256 index = 0; index < sources.length; ++index) {
            assertEq(_oracle.getParams(sources[index], 1).rhoTargetBps, 2_000 + index * 100);
        }
    }

    function test_RevertWhen_SourceSideIsMisused() public {
        vm.expectRevert(abi.encodeWithSelector(IRiskOracleLog.RiskOraclePositionExists.selector, 0, 1));
        _oracle.registerPosition(1, CLASS_ID);
        vm.expectRevert(abi.encodeWithSelector(IRiskOracleLog.RiskOraclePositionId.selector, 0));
        _oracle.registerPosition(0, CLASS_ID);
        vm.expectRevert(abi.encodeWithSelector(IRiskOracleLog.RiskOraclePositionId.selector, 1 << 48));
        _oracle.registerPosition(1 << 48, CLASS_ID);
        vm.expectRevert(abi.encodeWithSelector(IRiskOracleLog.RiskOracleInvalidSource.selector, address(this)));
        _oracle.registerSource(address(this));
        vm.startPrank(address(0xbad));
        bytes memory unknown = abi.encodeWithSelector(IRiskOracleLog.RiskOracleUnknownSource.selector, address(0xbad));
        vm.expectRevert(unknown);
        _oracle.registerPosition(9, CLASS_ID);
        vm.expectRevert(unknown);
        _oracle.raiseEpoch(1);
        vm.expectRevert(unknown);
        _oracle.retirePosition(1);
        vm.expectRevert();
        _oracle.registerSource(address(0xbad));
    }

    function test_ConfigDigest_FollowsEveryRegistry() public {
        bytes32 first = _oracle.configDigest();
        _oracle.setRiskClass(2, _class());
        bytes32 second = _oracle.configDigest();
        _oracle.setModelAllowed(keccak256("other"), true);
        bytes32 third = _oracle.configDigest();
        _signers.activateSet(_signerSet(1, 4), 3);
        bytes32 fourth = _oracle.configDigest();
        assertTrue(first != second && second != third && third != fourth);
        assertTrue(_deployOracle(bytes32(uint256(1))).configDigest() != fourth);
    }
}
