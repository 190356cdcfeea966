// SPDX-License-Identifier: MIT
pragma solidity 0.8.30;

import {IRiskOracle} from "../../../contracts/interfaces/IRiskOracle.sol";
import {RiskWord} from "../../../contracts/libraries/RiskWord.sol";
import {BreakerMode, BreakerReason, RootHeader} from "../../../contracts/types/DeliveryTypes.sol";
import {Attestations, RiskClass, RiskReport} from "../../../contracts/types/RiskTypes.sol";
import {OracleWatch} from "./OracleWatch.sol";
import {PositionTree} from "./PositionTree.sol";

/// @notice Everybody around an oracle: an honest and a fully hostile quorum, provers, guardian, DAO, source and clock. Inputs are
/// shaped so that most calls succeed; each action counts its tries and its successes.
contract OracleHandler is OracleWatch {
    uint64 private _epoch;
    RiskReport private _heldReport;
    bytes private _heldEntries;
    RootHeader private _header;
    bytes private _rootEntries;
    uint256 private _roots;

    constructor(IRiskOracle oracle, address guardian, RiskClass memory class) OracleWatch(oracle, guardian, class) {}

    modifier onlyStep() {
        require(msg.sender == address(this), "a step of an action");
        _;
    }

    function wait(uint256 sec) external {
        _run("clock wait", abi.encodeCall(this.stepWait, (sec)));
    }

    function stepWait(uint256 sec) external onlyStep {
        vm.warp(block.timestamp + 1 + (sec % 40 minutes));
    }

    /// @dev Moves inside every step; what a lane refuses for its delay is skipped by the rules.
    function honestReport(uint256 seed) external {
        _run("quorum honest report", abi.encodeCall(this.stepHonestReport, (seed)));
    }

    function stepHonestReport(uint256 seed) external onlyStep {
        _live();
        _deliver(_entries(seed, 60, 40), seed % 400);
    }

    /// @dev Any values whatsoever, for any ids, signed by everybody.
    function hostileReport(uint256 seed) external {
        _run("quorum hostile report", abi.encodeCall(this.stepHostileReport, (seed)));
    }

    function stepHostileReport(uint256 seed) external onlyStep {
        _live();
        bytes memory entries;
        for (uint256 id = 1; id <= POSITIONS; ++id) {
            seed = uint256(keccak256(abi.encode(seed)));
            (uint256 rho, uint256 pi) = (seed % 10_500, (seed >> 20) % 5_000);
            if ((seed >> 50) % 2 == 0)
                (rho, pi) = (_target(id) + 300, RiskWord.piOf(_oracle.positionWord(0, id)) + 100);
            entries = bytes.concat(entries, _entry(id, rho, pi, (seed >> 80) % 700));
        }
        _deliver(entries, seed % 600);
    }

    function publishRoot(uint256 seed) external {
        _run("quorum root", abi.encodeCall(this.stepPublishRoot, (seed)));
    }

    function stepPublishRoot(uint256 seed) external onlyStep {
        _live();
        _publish(seed);
    }

    function _publish(uint256 seed) private {
        _rootEntries = _entries(seed, 60, 40);
        RiskReport memory report = _report("", 0);
        (report.positionsRoot, ) = this.buildTree(report.epoch, _rootEntries, 0);
        uint40 expiresAt = report.observedAt + _oracle.deliveryLimits().rootValiditySec;
        _header = RootHeader(report.epoch, report.observedAt, expiresAt, uint8(_roots++ % 4));
        _oracle.submitReport(report, _attest(report), "", "");
    }

    function prove(uint256 seed) external {
        _run("anyone proof", abi.encodeCall(this.stepProve, (seed)));
    }

    function stepProve(uint256 seed) external onlyStep {
        _live();
        if (_header.expiresAt < block.timestamp || _rootEntries.length == 0) _publish(seed);
        uint256 index = seed % POSITIONS;
        bytes32[][] memory proofs = new bytes32[][](1);
        (, proofs[0]) = this.buildTree(_header.epoch, _rootEntries, index);
        bytes memory entry = new bytes(16);
        for (uint256 at = 0; at < 16; ++at) entry[at] = _rootEntries[16 * index + at];
        outcomesReturned += _oracle.applyProofs(_header, entry, proofs).length;
        entriesDelivered += 1;
    }

    /// @dev More tightening than one report may hold.
    function massTightening(uint256 seed) external {
        _run("quorum mass tightening", abi.encodeCall(this.stepMassTightening, (seed)));
    }

    function stepMassTightening(uint256 seed) external onlyStep {
        _live();
        _tightenAll(seed);
    }

    function _tightenAll(uint256 seed) private {
        bytes memory entries;
        for (uint256 id = 1; id <= POSITIONS; ++id) {
            entries = bytes.concat(entries, _entry(id, _target(id) + 250 + (seed % 50), _pi(id), 200));
        }
        _deliver(entries, 0);
    }

    function release() external {
        _run("guardian release", abi.encodeCall(this.stepRelease, ()));
    }

    function stepRelease() external onlyStep {
        _live();
        bytes32 digest = _oracle.reportDigest(_heldReport);
        if (_oracle.heldUntil(digest) < block.timestamp) {
            // Past every lane's delay, so that the report tightens what it names.
            vm.warp(block.timestamp + 10 minutes);
            _tightenAll(0);
        }
        vm.prank(_guardian);
        outcomesReturned += _oracle.releaseHeld(_heldReport, _heldEntries, "").length;
        entriesDelivered += _heldEntries.length / 16;
    }

    /// @dev The guardian moves the breaker as far as it can, and never back.
    function trip(uint256 seed) external {
        _run("guardian trip", abi.encodeCall(this.stepTrip, (seed)));
    }

    function stepTrip(uint256 seed) external onlyStep {
        BreakerMode mode = _oracle.status().mode;
        if (mode == BreakerMode.HALTED) {
            _rearm();
            mode = BreakerMode.NORMAL;
        }
        BreakerMode next = mode == BreakerMode.NORMAL && seed % 4 != 0 ? BreakerMode.TIGHTEN_ONLY : BreakerMode.HALTED;
        vm.prank(_guardian);
        _oracle.tripBreaker(next, BreakerReason.GUARDIAN);
    }

    function guardianTriesToLoosen() external {
        _run("guardian refused loosening", abi.encodeCall(this.stepGuardianTriesToLoosen, ()));
    }

    function stepGuardianTriesToLoosen() external onlyStep {
        BreakerMode mode = _oracle.status().mode;
        vm.startPrank(_guardian);
        try _oracle.rearmBreaker(BreakerMode.NORMAL) {
            broken = "the guardian re-armed";
        } catch {}
        try _oracle.tripBreaker(mode, BreakerReason.GUARDIAN) {
            broken = "the guardian moved the breaker sideways";
        } catch {}
        try _oracle.setDeliveryLimits(_oracle.deliveryLimits()) {
            broken = "the guardian set limits";
        } catch {}
        vm.stopPrank();
    }

    function addRisk(uint256 seed) external {
        _run("source add risk", abi.encodeCall(this.stepAddRisk, (seed)));
    }

    function stepAddRisk(uint256 seed) external onlyStep {
        vm.prank(_source());
        _oracle.raiseEpoch(1 + (seed % POSITIONS));
    }

    function buildTree(
        uint256 epoch,
        bytes calldata entries,
        uint256 index
    ) external pure returns (bytes32 root, bytes32[] memory proof) {
        return PositionTree.build(epoch, entries, index);
    }

    function _deliver(bytes memory entries, uint256 dispersionBps) private {
        RiskReport memory report = _report(entries, dispersionBps);
        (bytes memory preview, bool held) = _oracle.previewEntries(report, entries);
        bytes memory outcomes = _oracle.submitReport(report, _attest(report), entries, "");
        if (held) {
            (_heldReport, _heldEntries) = (report, entries);
            if (outcomes.length != 0) broken = "a held report had outcomes";
            return;
        }
        if (keccak256(preview) != keccak256(outcomes)) broken = "the preview was wrong";
        outcomesReturned += outcomes.length;
        entriesDelivered += entries.length / 16;
    }

    /// @dev The DAO re-arms a halted oracle after its cool-down, so that the campaign goes on.
    function _live() private {
        if (_oracle.status().mode == BreakerMode.HALTED) _rearm();
    }

    function _rearm() private {
        vm.warp(block.timestamp + _oracle.deliveryLimits().coolDownSec);
        vm.prank(_dao);
        _oracle.rearmBreaker(BreakerMode.NORMAL);
        delete _rootEntries;
    }

    function _entries(uint256 seed, uint256 up, uint256 down) private view returns (bytes memory entries) {
        for (uint256 id = 1; id <= POSITIONS; ++id) {
            seed = uint256(keccak256(abi.encode(seed)));
            uint256 rho = _target(id);
            rho = seed % 3 == 0 ? rho + ((seed >> 8) % up) : rho - ((seed >> 8) % down);
            if (rho < 700) rho = 700;
            if (rho > 9_000) rho = 9_000;
            entries = bytes.concat(entries, _entry(id, rho, _pi(id), 200));
        }
    }

    function _target(uint256 id) private view returns (uint256 rho) {
        return RiskWord.rhoTargetOf(_oracle.positionWord(0, id));
    }

    function _pi(uint256 id) private view returns (uint256 pi) {
        uint256 word = _oracle.positionWord(0, id);
        return RiskWord.isScored(word) ? RiskWord.piOf(word) : 500;
    }

    function _entry(uint256 id, uint256 rho, uint256 pi, uint256 score) private view returns (bytes memory packed) {
        uint16 epoch = uint16(RiskWord.epochOf(_oracle.positionWord(0, id)));
        return abi.encodePacked(uint16(0), uint48(id), epoch, uint16(rho), uint16(pi), uint16(score));
    }

    function _report(bytes memory entries, uint256 dispersionBps) private returns (RiskReport memory report) {
        vm.warp(block.timestamp + 1);
        report.epoch = ++_epoch;
        report.signerSetVersion = 1;
        (report.observedAt, report.validUntil) = (uint40(block.timestamp), uint40(block.timestamp + 60));
        report.chunkCount = 1;
        (report.entriesHash, report.classQuantilesHash) = (keccak256(entries), keccak256(""));
        (report.bundleHash, report.dispersionBps) = (BUNDLE, uint16(dispersionBps));
    }

    function _attest(RiskReport memory report) private view returns (Attestations memory attestations) {
        bytes32 digest = _oracle.reportDigest(report);
        attestations.signerBitmap = 0x7;
        for (uint256 key = 1_001; key <= 1_003; ++key) {
            (uint8 v, bytes32 r, bytes32 s) = vm.sign(key, digest);
            bytes32 vs = bytes32(uint256(s) | (uint256(v - 27) << 255));
            attestations.signatures = abi.encodePacked(attestations.signatures, r, vs);
        }
    }
}
