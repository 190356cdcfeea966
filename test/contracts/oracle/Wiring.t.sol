// SPDX-License-Identifier: MIT
pragma solidity 0.8.30;

import {IOracleWiring} from "../../../contracts/interfaces/IOracleWiring.sol";
import {IReportVerifier} from "../../../contracts/interfaces/IReportVerifier.sol";
import {IRiskOracle} from "../../../contracts/interfaces/IRiskOracle.sol";
import {IRuleEngine} from "../../../contracts/interfaces/IRuleEngine.sol";
import {ISignerRegistry} from "../../../contracts/interfaces/ISignerRegistry.sol";
import {RiskWord} from "../../../contracts/libraries/RiskWord.sol";
import {RuleEngine} from "../../../contracts/oracle/RuleEngine.sol";
import {SignerRegistry} from "../../../contracts/registry/SignerRegistry.sol";
import {Attestations, EntryOutcome, RiskReport} from "../../../contracts/types/RiskTypes.sol";
import {OracleFixture} from "./OracleFixture.sol";

/// @notice Accepts whatever it is shown.
contract LaxVerifier {
    uint32 public constant currentVersion = 1;

    function verifyQuorum(uint32, bytes32, uint256, bytes calldata) external pure {}
}

/// @notice Answers every question for rules with what it is made with.
contract ScriptedEngine {
    uint32 public constant version = 2;
    bytes private _answer;

    function script(bytes calldata answer) external {
        _answer = answer;
    }

    function applyEntries(uint256, uint256, uint256, bytes calldata) external view {
        bytes memory answer = _answer.length == 0 ? abi.encode(0, 0, new uint256[](0), "") : _answer;
        assembly ("memory-safe") {
            return(add(answer, 0x20), mload(answer))
        }
    }
}

/// @notice given an oracle with live words / when engine or verifier are replaced / only fit parts are taken, and every word,
/// anchor and reading stays; when an engine misbehaves / nothing is written.
contract WiringTest is OracleFixture {
    uint256[] private _ids;
    bytes private _entries;

    function setUp() public override {
        super.setUp();
        _oracle.registerPosition(1, CLASS_ID);
        _oracle.registerPosition(2, CLASS_ID);
        _ids.push(1);
        _ids.push(2);
        _entries = _entry(1, 1, 2_000, 500);
    }

    function _refuses(address part) private {
        bytes memory reason = abi.encodeWithSelector(IOracleWiring.OracleWiringRefused.selector, part);
        vm.expectRevert(reason);
        _oracle.setRuleEngine(IRuleEngine(part));
        vm.expectRevert(reason);
        _oracle.setVerifier(IReportVerifier(part));
    }

    function test_RevertWhen_PartIsUnfit() public {
        _refuses(address(0));
        _refuses(address(0xc0de));
        _refuses(address(_models));
        bytes4 selector = IOracleWiring.OracleWiringRefused.selector;
        LaxVerifier lax = new LaxVerifier();
        vm.expectRevert(abi.encodeWithSelector(selector, address(lax)));
        _oracle.setVerifier(IReportVerifier(address(lax)));
        vm.expectRevert(abi.encodeWithSelector(selector, address(_signers)));
        _oracle.setRuleEngine(IRuleEngine(address(_signers)));
        vm.expectRevert(abi.encodeWithSelector(selector, address(_engine)));
        _oracle.setVerifier(IReportVerifier(address(_engine)));
    }

    function test_RevertWhen_NotOwnerReplacesAPart() public {
        vm.startPrank(GUARDIAN);
        vm.expectPartialRevert(bytes4(keccak256("OwnableUnauthorizedAccount(address)")));
        _oracle.setRuleEngine(_engine);
        vm.expectPartialRevert(bytes4(keccak256("OwnableUnauthorizedAccount(address)")));
        _oracle.setVerifier(_signers);
    }

    /// @dev Upgrade rehearsal: a word in the middle of a ramp, a class quantile, a raised epoch; both parts are replaced.
    function test_ReplacingBothPartsKeepsEveryWordAnchorAndReading() public {
        _submit(_entries);
        skip(300);
        bytes memory quantiles = abi.encodePacked(CLASS_ID, uint16(4_000), uint16(700));
        bytes memory entries = bytes.concat(_entry(1, 1, 2_300, 500), _entry(2, 1, 2_500, 500));
        RiskReport memory report = _report(entries, quantiles);
        _oracle.submitReport(report, _attest(report), entries, quantiles);
        _oracle.raiseEpoch(2);
        skip(20 minutes);
        bytes memory before = _everything();
        bytes32 digest = _oracle.configDigest();
        RuleEngine engine = new RuleEngine();
        vm.expectEmit(address(_oracle));
        emit IOracleWiring.RuleEngineSet(address(engine), 1);
        _oracle.setRuleEngine(engine);
        bytes32 next = _oracle.configDigest();
        assertTrue(next != digest);
        SignerRegistry signers = new SignerRegistry(address(this), GUARDIAN, OVERLAP_SEC, _signerSet(11, 4), 3);
        vm.expectEmit(address(_oracle));
        emit IOracleWiring.VerifierSet(address(signers), 1);
        _oracle.setVerifier(signers);
        assertTrue(_oracle.configDigest() != next);
        assertEq(_everything(), before);
        _checkNewQuorumGoesOn();
        assertGt(RiskWord.rhoAnchorOf(_oracle.positionWord(0, 1)), 0);
    }

    /// @dev The old signers are refused, the new ones step from the very values that were there.
    function _checkNewQuorumGoesOn() private {
        bytes memory entries = bytes.concat(_entry(1, 1, 2_600, 500), _entry(2, 1, 2_800, 500));
        RiskReport memory report = _report(entries, "");
        report.signerSetVersion = 1;
        Attestations memory attestations = _attest(report);
        vm.expectPartialRevert(ISignerRegistry.SignerRegistryInvalidSignature.selector);
        _oracle.submitReport(report, attestations, entries, "");
        bytes32 digest = _oracle.reportDigest(report);
        bytes memory signatures = bytes.concat(_sign(1_011, digest), _sign(1_012, digest), _sign(1_013, digest));
        bytes memory outcomes = _oracle.submitReport(report, Attestations(FIRST_THREE, signatures), entries, "");
        assertEq(outcomes, hex"0000");
    }

    function _everything() private view returns (bytes memory all) {
        uint16[] memory classIds = new uint16[](1);
        classIds[0] = CLASS_ID;
        all = abi.encode(_oracle.positionWords(0, _ids), _oracle.classWords(classIds), _oracle.riskClass(CLASS_ID));
        return
            abi.encode(
                all,
                _oracle.getParams(address(this), 1),
                _oracle.getParams(address(this), 2),
                _oracle.lastEpoch(),
                _oracle.boundsVersion()
            );
    }

    function _scripted(bytes memory answer) private {
        ScriptedEngine engine = new ScriptedEngine();
        _oracle.setRuleEngine(IRuleEngine(address(engine)));
        engine.script(answer);
        RiskReport memory report = _report(_entries, "");
        Attestations memory attestations = _attest(report);
        uint256 before = _oracle.positionWord(0, 1);
        (bool accepted, bytes memory reason) = address(_oracle).call(
            abi.encodeCall(IRiskOracle.submitReport, (report, attestations, _entries, ""))
        );
        assertFalse(accepted);
        _reason = bytes4(reason);
        assertEq(_oracle.positionWord(0, 1), before);
    }

    bytes4 private _reason;

    function test_RevertWhen_EngineAnswersOutOfShape() public {
        bytes[] memory answers = new bytes[](6);
        answers[0] = hex"01";
        answers[1] = abi.encode(0, 0, new uint256[](2), new bytes(1));
        answers[2] = abi.encode(0, 0, new uint256[](1), new bytes(2));
        answers[3] = abi.encode(0, 0, type(uint256).max, 128, 1, 1);
        answers[4] = abi.encode(0, 0, 128, type(uint256).max - 31, 1, 1);
        answers[5] = abi.encode(0, 0, 128, 160, 1, 1);
        for (uint256 index = 0; index < answers.length; ++index) {
            _scripted(answers[index]);
            assertEq(_reason, IRiskOracle.RiskOracleEngineAnswer.selector);
        }
    }

    function test_RevertWhen_EngineForgetsOrMovesAPosition() public {
        uint256[] memory words = new uint256[](1);
        _scripted(abi.encode(0, 0, words, new bytes(1)));
        assertEq(_reason, IRiskOracle.RiskOracleEngineWord.selector);
        words[0] = _oracle.positionWord(0, 1) ^ (1 << 36);
        _scripted(abi.encode(0, 0, words, new bytes(1)));
        assertEq(_reason, IRiskOracle.RiskOracleEngineWord.selector);
        (words[0], ) = RiskWord.withNextEpoch(_oracle.positionWord(0, 1));
        _scripted(abi.encode(0, 0, words, new bytes(1)));
        assertEq(_reason, IRiskOracle.RiskOracleEngineWord.selector);
    }

    function test_RevertWhen_EngineInputIsCutOrTooLate() public {
        vm.expectRevert(abi.encodeWithSelector(IRuleEngine.RuleEngineInput.selector, 1, 63, 1, 1));
        _engine.applyEntries(1, 1, 1, new bytes(63));
        vm.expectRevert(abi.encodeWithSelector(IRuleEngine.RuleEngineInput.selector, 0, 0, 1 << 32, 1));
        _engine.applyEntries(1 << 32, 1, 0, "");
        vm.expectRevert(abi.encodeWithSelector(IRuleEngine.RuleEngineInput.selector, 0, 0, 1, 1 << 32));
        _engine.applyEntries(1, 1 << 32, 0, "");
    }

    /// @dev What a guard counts by: tightened words and their summed rises, from one call.
    function test_Engine_SumsTightenings() public view {
        (uint256 bounds, uint256 levels) = _oracle.classBounds(CLASS_ID);
        uint256 word = _oracle.positionWord(0, 1);
        uint256 place = 3 * 64;
        bytes memory items = abi.encodePacked(
            abi.encode(word, (place << 64) | (1 << 48) | (3_300 << 32) | (500 << 16) | 200),
            abi.encode(word, (place << 64) | (1 << 48) | (2_000 << 32) | (500 << 16) | 200),
            abi.encode(word, (place << 64) | (1 << 48) | (3_040 << 32) | (500 << 16) | 200),
            abi.encode(bounds, levels)
        );
        (uint256 tightened, uint256 bps, uint256[] memory words, bytes memory outcomes) = _engine.applyEntries(
            START,
            START,
            3,
            items
        );
        assertEq(tightened, 2);
        assertEq(bps, 340);
        assertEq(words.length, 3);
        assertEq(outcomes, hex"000100");
        assertEq(uint8(outcomes[1]), uint8(EntryOutcome.APPLIED_LOOSENED));
        assertEq(RiskWord.rhoTargetOf(words[2]), 3_040);
    }
}
