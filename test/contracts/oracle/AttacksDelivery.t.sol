// SPDX-License-Identifier: MIT
pragma solidity 0.8.30;

import {IRiskOracleLog} from "../../../contracts/interfaces/IRiskOracleLog.sol";
import {ISignerRegistry} from "../../../contracts/interfaces/ISignerRegistry.sol";
import {ReportCodec} from "../../../contracts/libraries/ReportCodec.sol";
import {RootHeader} from "../../../contracts/types/DeliveryTypes.sol";
import {Attestations, EntryOutcome, RiskClass, RiskReport} from "../../../contracts/types/RiskTypes.sol";
import {DeliveryFixture} from "./DeliveryFixture.sol";

/// @title Attacks S5, S12, B11, P2 and P8 of the catalogue
contract AttacksDeliveryTest is DeliveryFixture {
    uint16 private constant OTHER = 2;
    uint256 private constant CHECK_GAS = 100_000;

    /// @dev A removed signer leaves a slot of zero, which is also what recovery gives for garbage.
    function test_S5_NothingRecoversToAnEmptySlot() public {
        vm.prank(GUARDIAN);
        _signers.removeSigner(vm.addr(1_001));
        bytes32 digest = keccak256("any");
        bytes memory rest = bytes.concat(_sign(1_002, digest), _sign(1_003, digest));
        bytes[3] memory garbage = [
            new bytes(64),
            abi.encodePacked(type(uint256).max, type(uint256).max),
            abi.encodePacked(uint256(1), uint256(0))
        ];
        for (uint256 i = 0; i < garbage.length; ++i) {
            vm.expectPartialRevert(ISignerRegistry.SignerRegistryInvalidSignature.selector);
            _signers.verifyQuorum(1, digest, FIRST_THREE, bytes.concat(garbage[i], rest));
        }
    }

    /// @dev Recovery of nonsense gives the zero address, which is what the place of a removed signer holds.
    function test_S5_RevertWhen_NobodySignsForARemovedSigner() public {
        bytes memory entries = _entry(1, 1, 2_000, 500);
        RiskReport memory report = _report(entries, "");
        vm.prank(GUARDIAN);
        _signers.removeSigner(_signerSet(1, 4)[0]);
        bytes32 digest = _oracle.reportDigest(report);
        bytes memory signatures = bytes.concat(new bytes(64), _sign(1_002, digest), _sign(1_003, digest));
        bytes4 invalid = ISignerRegistry.SignerRegistryInvalidSignature.selector;
        vm.expectRevert(abi.encodeWithSelector(invalid, 0, address(0), address(0)));
        _oracle.submitReport(report, Attestations(FIRST_THREE, signatures), entries, "");
    }

    function test_S12_DigestIsTheTypedDataHashOfEveryField() public {
        RiskReport memory report = _report(_entry(1, 1, 2_000, 500), hex"000101010101");
        (report.positionsRoot, report.dispersionBps) = (keccak256("root"), 77);
        bytes32 domain = keccak256(
            abi.encode(
                keccak256("EIP712Domain(string name,string version,uint256 chainId,address verifyingContract)"),
                keccak256("Plimsoll RiskOracle"),
                keccak256("1"),
                block.chainid,
                address(_oracle)
            )
        );
        bytes32 typehash = keccak256(
            "RiskReport(uint64 epoch,uint32 signerSetVersion,uint40 observedAt,uint40 validUntil,uint16 chunkIndex,"
            "uint16 chunkCount,bytes32 entriesHash,bytes32 classQuantilesHash,bytes32 positionsRoot,bytes32 bundleHash,"
            "bytes32 evidenceHash,uint16 dispersionBps)"
        );
        bytes32 structHash = keccak256(abi.encode(typehash, report));
        assertEq(_oracle.reportDigest(report), keccak256(abi.encodePacked(hex"1901", domain, structHash)));
    }

    /// @dev Reports that were signed while the position was in another class are judged by the class that they find.
    function test_B11_AnUpdateIsJudgedByTheClassThatItFinds() public {
        RiskClass memory other = _class();
        (other.rhoFloorBps, other.tighten.stepBps) = (2_650, 500);
        _oracle.setRiskClass(OTHER, other);
        _submit(_rows(1, 2, 2_700, 500));
        vm.warp(block.timestamp + 300);
        RiskReport memory report = _report(_rows(1, 2, 3_200, 500), "");
        _oracle.reclassifyPosition(1, OTHER);
        bytes memory outcomes = bytes.concat(_code(EntryOutcome.APPLIED_TIGHTENED), _code(EntryOutcome.TIGHTEN_STEP));
        assertEq(_send(report, _rows(1, 2, 3_200, 500)), outcomes);
        skip(1);
        _oracle.reclassifyPosition(2, OTHER);
        assertEq(_submit(_entry(2, 1, 2_640, 500)), _code(EntryOutcome.RHO_BELOW_FLOOR));
    }

    /// @dev Moving to and fro between classes renews no drift, no delay and no first score.
    function test_B11_ClassChangesRenewNeitherDriftNorDelay() public {
        _oracle.setRiskClass(OTHER, _class());
        _submit(_entry(1, 1, 2_700, 500));
        for (uint16 rho = 3_000; rho <= 4_500; rho += 300) {
            vm.warp(block.timestamp + 300);
            assertEq(_submit(_entry(1, 1, rho, 500)), _code(EntryOutcome.APPLIED_TIGHTENED));
            _oracle.reclassifyPosition(1, OTHER);
            skip(1);
            assertEq(_submit(_entry(1, 1, rho + 100, 500)), _code(EntryOutcome.TIGHTEN_DELAY));
            _oracle.reclassifyPosition(1, CLASS_ID);
        }
        vm.warp(block.timestamp + 300);
        _oracle.reclassifyPosition(1, OTHER);
        assertEq(_submit(_entry(1, 1, 4_701, 500)), _code(EntryOutcome.TIGHTEN_DRIFT));
    }

    /// @dev A class is never deleted: retired, it takes nobody in and leaves nobody without rules.
    function test_B11_ARetiredClassTakesNobodyInAndKeepsItsOwn() public {
        _submit(_entry(1, 1, 2_700, 500));
        RiskClass memory retired = _class();
        retired.active = false;
        _oracle.setRiskClass(CLASS_ID, retired);
        vm.expectRevert(abi.encodeWithSelector(IRiskOracleLog.RiskOracleClass.selector, CLASS_ID));
        _oracle.registerPosition(9, CLASS_ID);
        skip(1);
        assertEq(_submit(_entry(1, 1, 2_700, 500)), _code(EntryOutcome.REFRESHED));
        assertEq(_oracle.getParams(address(this), 1).rhoBps, 2_700);
        // Without a history of its own a position has the class's default.
        assertEq(_oracle.getParams(address(this), 2).rhoBps, 3_000);
    }

    function test_P2_RevertWhen_BatchIsNoWholeNumberOfEntries() public {
        bytes memory cut = abi.encodePacked(_entry(1, 1, 2_000, 500), uint120(1));
        RiskReport memory report = _report(cut, "");
        Attestations memory quorum = _attest(report);
        vm.expectRevert(abi.encodeWithSelector(ReportCodec.ReportCodecLength.selector, 31, 16));
        _oracle.submitReport(report, quorum, cut, "");
        report = _report("", hex"0001010101");
        quorum = _attest(report);
        vm.expectRevert(abi.encodeWithSelector(ReportCodec.ReportCodecLength.selector, 5, 6));
        _oracle.submitReport(report, quorum, "", hex"0001010101");
    }

    /// @dev More than fits: the whole transaction fails, and nothing of it stays.
    function test_P2_WhatDoesNotFitLeavesNothing() public {
        for (uint256 id = 3; id <= 200; ++id) _oracle.registerPosition(id, CLASS_ID);
        bytes memory entries = _rows(1, 200, 2_700, 500);
        _expectAllOrNothing(entries, 500_000);
    }

    /// @dev Whatever gas a relayer gives: all of the report, or nothing.
    function testFuzz_P8_StarvedReportIsAppliedWholeOrNotAtAll(uint256 gasGiven) public {
        for (uint256 id = 3; id <= 40; ++id) _oracle.registerPosition(id, CLASS_ID);
        _expectAllOrNothing(_rows(1, 40, 2_700, 500), bound(gasGiven, CHECK_GAS, 1_500_000));
    }

    function _expectAllOrNothing(bytes memory entries, uint256 gasGiven) private {
        RiskReport memory report = _report(entries, "");
        Attestations memory quorum = _attest(report);
        uint64 epoch = _oracle.lastEpoch();
        bool isApplied;
        try _oracle.submitReport{gas: gasGiven}(report, quorum, entries, "") returns (bytes memory outcomes) {
            isApplied = true;
            assertEq(outcomes.length, entries.length / 16);
        } catch {}
        assertEq(_oracle.lastEpoch(), isApplied ? report.epoch : epoch);
        for (uint256 id = 1; id <= entries.length / 16; ++id) {
            assertEq(_oracle.getParams(address(this), id).rhoTargetBps, isApplied ? 2_700 : 3_000);
        }
    }

    /// @dev A long proof or a long list costs its sender only: what is not a leaf is refused, however long it is.
    function test_P8_LongProofsAndListsGainNothing() public {
        bytes memory entry = _entry(1, 1, 2_700, 500);
        RiskReport memory report = _report("", "");
        report.positionsRoot = _rootOf(report.epoch, _rows(1, 2, 2_700, 500));
        bytes32[] memory longProof = new bytes32[](5_000);
        longProof[0] = _proofOf(report.epoch, _rows(1, 2, 2_700, 500), 0)[0];
        bytes32[][] memory proofs = new bytes32[][](1);
        proofs[0] = longProof;
        _oracle.submitReport(report, _attest(report), "", "");
        uint40 expiresAt = report.observedAt + uint40(_oracle.deliveryLimits().rootValiditySec);
        vm.expectPartialRevert(IRiskOracleLog.RiskOracleProof.selector);
        _oracle.applyProofs(RootHeader(report.epoch, report.observedAt, expiresAt, 0), entry, proofs);
        assertEq(_oracle.getParams(address(this), 1).rhoTargetBps, 3_000);
    }
}
