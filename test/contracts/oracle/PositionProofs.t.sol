// SPDX-License-Identifier: MIT
pragma solidity 0.8.30;

import {IRiskOracleLog} from "../../../contracts/interfaces/IRiskOracleLog.sol";
import {IRiskOracle} from "../../../contracts/interfaces/IRiskOracle.sol";
import {PositionLeaf} from "../../../contracts/libraries/PositionLeaf.sol";
import {ReportCodec} from "../../../contracts/libraries/ReportCodec.sol";
import {BreakerMode, DeliveryLimits, RootHeader} from "../../../contracts/types/DeliveryTypes.sol";
import {EntryOutcome, RiskReport} from "../../../contracts/types/RiskTypes.sol";
import {Vm} from "@chainlink/contracts/src/v0.8/vendor/forge-std/src/Vm.sol";
import {DeliveryFixture} from "./DeliveryFixture.sol";

/// @notice given a published root / when positions are proven against it / only its own leaves count, while it lives, by the
/// same rules as a push.
contract PositionProofsTest is DeliveryFixture {
    uint256 private constant POSITIONS = 7;

    bytes private _entries;

    function setUp() public override {
        super.setUp();
        for (uint256 id = 3; id <= POSITIONS; ++id) _oracle.registerPosition(id, CLASS_ID);
        for (uint256 id = 1; id <= POSITIONS; ++id) {
            _entries = bytes.concat(_entries, _entry(uint48(id), 1, uint16(2_000 + id), 500));
        }
    }

    function _refused(RootHeader memory header, bytes memory entry, bytes32[] memory proof) private {
        vm.expectPartialRevert(IRiskOracleLog.RiskOracleProof.selector);
        _prove(_oracle, header, entry, proof);
    }

    function test_ApplyProof_AnyoneAppliesALeaf() public {
        RootHeader memory header = _publish(_oracle, _entries);
        bytes32[] memory proof = _proofOf(header.epoch, _entries, 2);
        bytes memory entry = _at(_entries, 2);
        vm.recordLogs();
        vm.prank(STRANGER);
        assertEq(_prove(_oracle, header, entry, proof), uint8(EntryOutcome.APPLIED_LOOSENED));
        Vm.Log[] memory logs = vm.getRecordedLogs();
        assertEq(logs.length, 1);
        assertEq(logs[0].topics[0], IRiskOracleLog.EntryLoosened.selector);
        assertEq(abi.decode(logs[0].data, (uint256)), _oracle.positionWord(0, 3));
        assertEq(_oracle.getParams(address(this), 3).rhoBps, 2_003);
        assertEq(_oracle.getParams(address(this), 3).observedAt, header.observedAt);
        // Each leaf counts once.
        assertEq(_prove(_oracle, header, entry, proof), uint8(EntryOutcome.OLDER_OBSERVATION));
    }

    function test_P5_RevertWhen_ProofIsNotThatOfTheLeaf() public {
        RootHeader memory header = _publish(_oracle, _entries);
        bytes32[] memory proof = _proofOf(header.epoch, _entries, 2);
        bytes memory entry = _at(_entries, 2);
        _refused(header, _at(_entries, 3), proof);
        _refused(header, _at(_entry(3, 1, 2_004, 500), 0), proof);
        _refused(header, entry, _proofOf(header.epoch, _entries, 3));
        _refused(header, entry, new bytes32[](0));
        bytes32[] memory shorter = new bytes32[](proof.length - 1);
        bytes32[] memory longer = new bytes32[](proof.length + 1);
        for (uint256 at = 0; at < shorter.length; ++at) shorter[at] = proof[at];
        for (uint256 at = 0; at < proof.length; ++at) longer[at] = proof[at];
        _refused(header, entry, shorter);
        _refused(header, entry, longer);
        proof[1] ^= bytes32(uint256(1));
        _refused(header, entry, proof);
    }

    function test_P5_RevertWhen_HeaderIsNotThatOfTheRoot() public {
        RootHeader memory header = _publish(_oracle, _entries);
        bytes32[] memory proof = _proofOf(header.epoch, _entries, 2);
        bytes memory entry = _at(_entries, 2);
        RootHeader memory bad = header;
        bad.epoch += 1;
        _refused(bad, entry, proof);
        bad = RootHeader(header.epoch - 1, header.observedAt + 1, header.expiresAt, header.place);
        _refused(bad, entry, proof);
        bad = RootHeader(header.epoch - 1, header.observedAt, header.expiresAt + 1, header.place);
        _refused(bad, entry, proof);
        for (uint8 place = 1; place < 6; ++place) {
            bad = RootHeader(header.epoch - 1, header.observedAt, header.expiresAt, place);
            _refused(bad, entry, proof);
        }
    }

    function test_P5_RevertWhen_AnInnerNodeOrForeignLeafIsOffered() public {
        // The parent of two leaves is 64 bytes of preimage; a packed entry can not take its place.
        RootHeader memory header = _publish(_oracle, _rows(1, 2, 2_000, 500));
        _refused(header, abi.encodePacked(bytes16(_rootOf(header.epoch, _rows(1, 2, 2_000, 500)))), new bytes32[](0));
        // Leaves of another report's tree do not fit this one, be the entries the same.
        bytes memory same = _rows(1, 2, 2_000, 500);
        _refused(header, _at(same, 0), _proofOf(header.epoch + 1, same, 0));
        // The same root at another oracle: there it was never signed.
        IRiskOracle other = _deployOracle(bytes32(uint256(1)));
        bytes32[] memory proof = _proofOf(header.epoch, same, 0);
        vm.expectPartialRevert(IRiskOracleLog.RiskOracleProof.selector);
        _prove(other, header, _at(same, 0), proof);
    }

    function test_P5_OnePositionIsItsOwnRoot() public {
        RootHeader memory header = _publish(_oracle, _rows(1, 1, 2_000, 500));
        _prove(_oracle, header, _at(_rows(1, 1, 2_000, 500), 0), new bytes32[](0));
        assertEq(_oracle.getParams(address(this), 1).rhoBps, 2_000);
    }

    function test_P6_RootEndsAfterItsLastSecond() public {
        RootHeader memory header = _publish(_oracle, _entries);
        bytes32[] memory proof = _proofOf(header.epoch, _entries, 0);
        vm.warp(header.expiresAt);
        _prove(_oracle, header, _at(_entries, 0), proof);
        vm.warp(header.expiresAt + 1);
        bytes memory expired = abi.encodeWithSelector(
            IRiskOracleLog.RiskOracleRootExpired.selector,
            header.expiresAt,
            block.timestamp
        );
        vm.expectRevert(expired);
        _prove(_oracle, header, _at(_entries, 0), proof);
    }

    function test_P6_AProofInFlightSurvivesTheNextRootsAndNeverUndoesThem() public {
        RootHeader memory old = _publish(_oracle, _entries);
        bytes32[] memory proof = _proofOf(old.epoch, _entries, 0);
        bytes32[] memory otherProof = _proofOf(old.epoch, _entries, 1);
        skip(1);
        bytes memory newer = _rows(1, 2, 2_100, 510);
        RootHeader memory next = _publish(_oracle, newer);
        _prove(_oracle, next, _at(newer, 0), _proofOf(next.epoch, newer, 0));
        assertEq(_prove(_oracle, old, _at(_entries, 0), proof), uint8(EntryOutcome.OLDER_OBSERVATION));
        assertEq(_oracle.getParams(address(this), 1).rhoTargetBps, 2_100);
        assertEq(_prove(_oracle, old, _at(_entries, 1), otherProof), uint8(EntryOutcome.APPLIED_LOOSENED));
        for (uint256 more = 0; more < 3; ++more) {
            skip(1);
            _publish(_oracle, newer);
        }
        // Four roots are kept.
        _refused(old, _at(_entries, 1), otherProof);
    }

    function test_P7_PushAndRootOfOneReportAgree() public {
        RiskReport memory report = _report(_rows(1, 1, 2_001, 500), "");
        report.positionsRoot = _rootOf(report.epoch, _entries);
        RootHeader memory header = _headerOf(_oracle, report);
        _send(report, _rows(1, 1, 2_001, 500));
        uint256 pushed = _oracle.positionWord(0, 1);
        bytes memory outcomes = _oracle.applyProofs(header, _entries, _proofsOf(header.epoch, _entries));
        assertEq(outcomes, bytes.concat(_code(EntryOutcome.OLDER_OBSERVATION), hex"010101010101"));
        assertEq(_oracle.positionWord(0, 1), pushed);
    }

    /// @dev Two oracles over the same registries: one is pushed to, the other gets roots and proofs. Storage and outcomes stay
    /// equal over random reports, times and states.
    function testFuzz_P7_PushEqualsProof(uint256 seed) public {
        IRiskOracle proven = _deployOracle(bytes32(uint256(2)));
        proven.registerSource(address(this));
        proven.setRiskClass(CLASS_ID, _class());
        DeliveryLimits memory limits = _limits();
        (limits.violations, limits.dispersionBps) = (type(uint16).max, type(uint16).max);
        _oracle.setDeliveryLimits(limits);
        proven.setDeliveryLimits(limits);
        for (uint256 id = 1; id <= POSITIONS; ++id) proven.registerPosition(id, CLASS_ID);
        for (uint256 round = 0; round < 6; ++round) {
            seed = uint256(keccak256(abi.encode(seed)));
            skip(1 + (seed % 2 hours));
            if (seed % 7 == 0) (_oracle.raiseEpoch(1 + (seed % POSITIONS)), proven.raiseEpoch(1 + (seed % POSITIONS)));
            _pushAndProve(proven, _randomEntries(seed));
        }
    }

    function _pushAndProve(IRiskOracle proven, bytes memory entries) private {
        RiskReport memory report = _report(entries, "");
        bytes memory pushed = _send(report, entries);
        _epoch -= 1;
        RootHeader memory header = _publish(proven, entries);
        assertEq(header.epoch, report.epoch);
        bytes memory outcomes = proven.applyProofs(header, entries, _proofsOf(header.epoch, entries));
        assertEq(outcomes, pushed);
        for (uint256 id = 1; id <= POSITIONS; ++id) assertEq(proven.positionWord(0, id), _oracle.positionWord(0, id));
        assertEq(proven.status().windowTightened, _oracle.status().windowTightened);
        assertEq(proven.status().windowTighteningBps, _oracle.status().windowTighteningBps);
    }

    function _randomEntries(uint256 seed) private view returns (bytes memory entries) {
        for (uint256 id = 1; id <= POSITIONS + 1; ++id) {
            seed = uint256(keccak256(abi.encode(seed)));
            if (seed % 5 == 0) continue;
            uint256 old = _oracle.tryGetParams(address(this), id).rhoTargetBps;
            uint256 rho = seed % 9 == 0 ? (seed >> 16) % 10_001 : old + ((seed >> 16) % 450);
            uint256 pi = 450 + ((seed >> 48) % 100);
            entries = bytes.concat(entries, _entry(uint48(id), 1, uint16(rho < 150 ? rho : rho - 150), uint16(pi)));
        }
        if (entries.length == 0) return _entry(1, 1, 2_000, 500);
    }

    function test_RevertWhen_ProofsAreNotOnePerAscendingEntry() public {
        RootHeader memory header = _publish(_oracle, _entries);
        bytes32[][] memory proofs = _proofsOf(header.epoch, _entries);
        bytes memory one = _rows(1, 1, 2_001, 500);
        vm.expectRevert(abi.encodeWithSelector(IRiskOracleLog.RiskOracleProofCount.selector, POSITIONS, 1));
        _oracle.applyProofs(header, one, proofs);
        vm.expectRevert(abi.encodeWithSelector(ReportCodec.ReportCodecLength.selector, 17, 16));
        _oracle.applyProofs(header, bytes.concat(one, hex"00"), proofs);
        bytes32[][] memory twice = new bytes32[][](2);
        (twice[0], twice[1]) = (proofs[0], proofs[0]);
        vm.expectRevert(abi.encodeWithSelector(IRiskOracleLog.RiskOracleNotAscending.selector, 1));
        _oracle.applyProofs(header, bytes.concat(one, one), twice);
        (twice[0], twice[1]) = (proofs[0], proofs[2]);
        vm.expectPartialRevert(IRiskOracleLog.RiskOracleProof.selector);
        _oracle.applyProofs(header, bytes.concat(one, _rows(2, 1, 2_002, 500)), twice);
        assertEq(_oracle.applyProofs(header, "", new bytes32[][](0)), "");
    }

    function test_RevertWhen_ProofsPassACapOfTheEffectGuard() public {
        _submit(_rows(1, POSITIONS, 2_000, 500));
        skip(300);
        DeliveryLimits memory limits = _limits();
        (limits.windowTightened, limits.windowTighteningBps) = (3, 200);
        (limits.reportTightened, limits.reportTighteningBps) = (2, 200);
        _oracle.setDeliveryLimits(limits);
        bytes memory entries = _rows(1, POSITIONS, 2_050, 500);
        RootHeader memory header = _publish(_oracle, entries);
        bytes32[][] memory proofs = _proofsOf(header.epoch, entries);
        vm.expectRevert(abi.encodeWithSelector(IRiskOracleLog.RiskOracleEffectCap.selector, POSITIONS, POSITIONS * 50));
        _oracle.applyProofs(header, entries, proofs);
        _prove(_oracle, header, _at(entries, 0), proofs[0]);
        _prove(_oracle, header, _at(entries, 1), proofs[1]);
        // The report's cap spans its proofs…
        vm.expectRevert(abi.encodeWithSelector(IRiskOracleLog.RiskOracleEffectCap.selector, 1, 50));
        _prove(_oracle, header, _at(entries, 2), proofs[2]);
        skip(1);
        header = _publish(_oracle, entries);
        proofs = _proofsOf(header.epoch, entries);
        _prove(_oracle, header, _at(entries, 2), proofs[2]);
        // …and the window's spans reports.
        vm.expectRevert(abi.encodeWithSelector(IRiskOracleLog.RiskOracleEffectCap.selector, 1, 50));
        _prove(_oracle, header, _at(entries, 3), proofs[3]);
    }

    function test_TightenOnly_HoldsForProofs() public {
        RootHeader memory header = _publish(_oracle, _entries);
        _tightenOnly();
        bytes32[] memory proof = _proofOf(header.epoch, _entries, 0);
        assertEq(_prove(_oracle, header, _at(_entries, 0), proof), uint8(EntryOutcome.LOOSENING_PAUSED));
        assertEq(_oracle.getParams(address(this), 1).observedAt, 0);
    }

    function test_RearmingEndsEveryRoot() public {
        RootHeader memory header = _publish(_oracle, _entries);
        DeliveryLimits memory limits = _limits();
        limits.coolDownSec = 0;
        _oracle.setDeliveryLimits(limits);
        _halt();
        _oracle.rearmBreaker(BreakerMode.NORMAL);
        _refused(header, _at(_entries, 0), _proofOf(header.epoch, _entries, 0));
    }

    function test_P1_LeafOfARetiredPositionIsSkipped() public {
        RootHeader memory header = _publish(_oracle, _entries);
        _oracle.retirePosition(1);
        bytes32[] memory proof = _proofOf(header.epoch, _entries, 0);
        assertEq(_prove(_oracle, header, _at(_entries, 0), proof), uint8(EntryOutcome.UNKNOWN_POSITION));
        assertEq(_oracle.positionWord(0, 1), 0);
    }

    function test_RootOfALaterChunkIsNotPublished() public {
        RiskReport memory report = _report(_rows(1, 1, 2_000, 500), "");
        report.chunkCount = 2;
        _send(report, _rows(1, 1, 2_000, 500));
        (report.chunkIndex, report.positionsRoot) = (1, _rootOf(report.epoch, _entries));
        _send(report, _rows(1, 1, 2_000, 500));
        RootHeader memory header = _headerOf(_oracle, report);
        _refused(header, _at(_entries, 1), _proofOf(report.epoch, _entries, 1));
    }

    function test_LeafIsBoundToTheReportsEpoch() public pure {
        assertTrue(PositionLeaf.hash(1, 5) != PositionLeaf.hash(2, 5));
    }
}
