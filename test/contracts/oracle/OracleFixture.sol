// SPDX-License-Identifier: MIT
pragma solidity 0.8.30;

import {Test} from "@chainlink/contracts/src/v0.8/vendor/forge-std/src/Test.sol";
import {RiskOracle, RiskOracleConfig} from "../../../contracts/oracle/RiskOracle.sol";
import {RuleEngine} from "../../../contracts/oracle/RuleEngine.sol";
import {ModelRegistry} from "../../../contracts/registry/ModelRegistry.sol";
import {SignerRegistry} from "../../../contracts/registry/SignerRegistry.sol";
import {Attestations, Lane, RiskClass, RiskReport} from "../../../contracts/types/RiskTypes.sol";

/// @notice A deployed oracle with four signers (threshold three) and class 1; the test contract is owner and source.
abstract contract OracleFixture is Test {
    uint16 internal constant CLASS_ID = 1;
    uint32 internal constant MAX_AGE_SEC = 120;
    uint40 internal constant OVERLAP_SEC = 1 hours;
    uint256 internal constant START = 1_700_000_000;
    bytes32 internal constant BUNDLE = keccak256("bundle");
    address internal constant GUARDIAN = address(0x6a);
    uint256 internal constant FIRST_THREE = 0x7;

    SignerRegistry internal _signers;
    RuleEngine internal _engine;
    ModelRegistry internal _models;
    RiskOracle internal _oracle;
    uint64 internal _epoch;

    function setUp() public virtual {
        vm.warp(START);
        _signers = new SignerRegistry(address(this), GUARDIAN, OVERLAP_SEC, _signerSet(1, 4), 3);
        _engine = new RuleEngine();
        _models = new ModelRegistry(address(this));
        _models.setAllowed(BUNDLE, true);
        _oracle = _deployOracle(0);
        _oracle.setRiskClass(CLASS_ID, _class());
        _oracle.registerSource(address(this));
    }

    function _deployOracle(bytes32 salt) internal returns (RiskOracle oracle) {
        return new RiskOracle(RiskOracleConfig(address(this), _signers, _engine, _models, salt, MAX_AGE_SEC));
    }

    function _class() internal pure returns (RiskClass memory class) {
        class.rhoFloorBps = 300;
        class.rhoCeilingBps = 9_000;
        class.rhoDefaultBps = 3_000;
        class.rhoInitialBps = 3_000;
        class.piFloorBps = 50;
        class.piCapBps = 4_000;
        class.piDefaultBps = 1_000;
        class.deltaBps = 100;
        class.tighten = Lane(300, 2_000, 300);
        class.loosen = Lane(150, 800, 3_600);
        class.windowSec = 1 days;
        class.validitySec = 1 hours;
        class.graceMinutes = 10;
        class.rampMinutes = 30;
        class.fallbackRampMinutes = 1_440;
        class.betaBps = 2_000;
        class.maxAboveOpenBps = 2_000;
        class.piStepBps = 100;
        class.active = true;
    }

    /// @dev Private key of signer `number` is number + 1 000.
    function _signerSet(uint256 first, uint256 count) internal pure returns (address[] memory signers) {
        signers = new address[](count);
        for (uint256 index = 0; index < count; ++index) signers[index] = vm.addr(1_000 + first + index);
    }

    function _entry(
        uint48 positionId,
        uint16 epoch,
        uint16 rho,
        uint16 pi
    ) internal pure returns (bytes memory packed) {
        return abi.encodePacked(uint16(0), positionId, epoch, rho, pi, uint16(200));
    }

    function _report(bytes memory entries, bytes memory quantiles) internal returns (RiskReport memory report) {
        report.epoch = ++_epoch;
        report.signerSetVersion = _signers.currentVersion();
        report.observedAt = uint40(block.timestamp - 1);
        report.validUntil = uint40(block.timestamp + 60);
        report.chunkCount = 1;
        report.entriesHash = keccak256(entries);
        report.classQuantilesHash = keccak256(quantiles);
        report.bundleHash = BUNDLE;
        report.evidenceHash = keccak256("evidence");
    }

    function _attest(RiskReport memory report) internal view returns (Attestations memory attestations) {
        return _attestDigest(_oracle.reportDigest(report), FIRST_THREE);
    }

    function _attestDigest(bytes32 digest, uint256 bitmap) internal pure returns (Attestations memory attestations) {
        attestations.signerBitmap = bitmap;
        for (uint256 index = 0; bitmap >> index != 0; ++index) {
            if ((bitmap >> index) & 1 == 0) continue;
            attestations.signatures = abi.encodePacked(attestations.signatures, _sign(1_001 + index, digest));
        }
    }

    function _sign(uint256 key, bytes32 digest) internal pure returns (bytes memory signature) {
        (uint8 v, bytes32 r, bytes32 s) = vm.sign(key, digest);
        return abi.encodePacked(r, bytes32(uint256(s) | (uint256(v - 27) << 255)));
    }

    /// @dev Signs and submits `entries` now.
    function _submit(bytes memory entries) internal returns (bytes memory outcomes) {
        RiskReport memory report = _report(entries, "");
        return _oracle.submitReport(report, _attest(report), entries, "");
    }
}
