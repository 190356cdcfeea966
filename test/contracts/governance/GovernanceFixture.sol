// SPDX-License-Identifier: MIT
pragma solidity 0.8.30;

import {Test} from "@chainlink/contracts/src/v0.8/vendor/forge-std/src/Test.sol";
import {IGovernor} from "@openzeppelin/contracts/governance/IGovernor.sol";
import {PlimsollAccessManager} from "../../../contracts/governance/PlimsollAccessManager.sol";
import {GovernorConfig, PlimsollGovernor} from "../../../contracts/governance/PlimsollGovernor.sol";
import {PlimsollToken} from "../../../contracts/governance/PlimsollToken.sol";
import {IRiskClasses} from "../../../contracts/interfaces/IRiskClasses.sol";
import {IRiskModels} from "../../../contracts/interfaces/IRiskModels.sol";
import {IRiskOracle} from "../../../contracts/interfaces/IRiskOracle.sol";
import {SignerRegistry} from "../../../contracts/registry/SignerRegistry.sol";
import {DeliveryLimits} from "../../../contracts/types/DeliveryTypes.sol";
import {Lane, RiskClass} from "../../../contracts/types/RiskTypes.sol";
import {Oracles} from "../helpers/Oracles.sol";

/// @notice One call of a proposal, and the proposal around it.
struct Proposal {
    address[] targets;
    uint256[] values;
    bytes[] calldatas;
    string description;
}

/// @title A DAO that governs registries as a deployment does; the test contract deployed it and has no role left
abstract contract GovernanceFixture is Test {
    uint256 internal constant START = 1_767_603_600;
    uint32 internal constant LONG = 2 days;
    uint32 internal constant SHORT = 6 hours;
    uint48 internal constant VOTING_DELAY = 1 days;
    uint32 internal constant VOTING_PERIOD = 3 days;
    uint48 internal constant LATE_QUORUM = 1 days;
    uint256 internal constant THRESHOLD = 100_000e18;
    uint16 internal constant CLASS_ID = 1;
    bytes32 internal constant BUNDLE = keccak256("bundle");

    address internal guardian = makeAddr("guardian");
    address internal delegate = makeAddr("delegate");
    address internal stranger = makeAddr("stranger");

    PlimsollToken internal token;
    PlimsollAccessManager internal manager;
    PlimsollGovernor internal governor;
    IRiskOracle internal oracle;
    SignerRegistry internal signers;

    function setUp() public virtual {
        vm.warp(START);
        token = new PlimsollToken(delegate, 10_000_000e18);
        vm.prank(delegate);
        token.delegate(delegate);
        manager = new PlimsollAccessManager(address(this), LONG, SHORT);
        governor = new PlimsollGovernor(_governorConfig());
        signers = new SignerRegistry(address(manager), 1 hours, _signerSet(), 3);
        oracle = Oracles.deploy(address(manager), signers, 0, _limits());
        oracle.setRiskClass(CLASS_ID, _class());
        oracle.setModelAllowed(BUNDLE, true);
        _assign(address(oracle), IRiskClasses.setRiskClass.selector, manager.WIDENING_ROLE());
        _assign(address(oracle), IRiskClasses.narrowRiskClass.selector, manager.NARROWING_ROLE());
        _assign(address(oracle), IRiskModels.setModelAllowed.selector, manager.WIDENING_ROLE());
        _assign(address(oracle), IRiskModels.disallowModel.selector, manager.NARROWING_ROLE());
        _assign(address(signers), SignerRegistry.activateSet.selector, manager.WIDENING_ROLE());
        _assign(address(signers), SignerRegistry.removeSigner.selector, manager.GUARDIAN_ROLE());
        manager.setRoleGuardian(manager.WIDENING_ROLE(), manager.GUARDIAN_ROLE());
        manager.setRoleGuardian(manager.NARROWING_ROLE(), manager.GUARDIAN_ROLE());
        manager.grantRole(manager.GUARDIAN_ROLE(), guardian, 0);
        manager.grantRole(manager.NARROWING_ROLE(), address(governor), SHORT);
        manager.grantRole(manager.WIDENING_ROLE(), address(governor), LONG);
        manager.grantRole(manager.ADMIN_ROLE(), address(governor), LONG);
        manager.renounceRole(manager.ADMIN_ROLE(), address(this));
        skip(1);
    }

    function _limits() internal pure returns (DeliveryLimits memory limits) {
        (limits.reportTightened, limits.reportTighteningBps) = (1_000, 1_000_000);
        (limits.windowTightened, limits.windowTighteningBps) = (5_000, 5_000_000);
        (limits.windowSec, limits.coolDownSec, limits.heldSec) = (1 days, 1 hours, 2 hours);
    }

    function _governorConfig() internal view returns (GovernorConfig memory config) {
        config.token = token;
        config.manager = manager;
        config.guardian = guardian;
        (config.votingDelaySec, config.votingPeriodSec) = (VOTING_DELAY, VOTING_PERIOD);
        config.lateQuorumExtensionSec = LATE_QUORUM;
        config.quorumPercent = 4;
        config.proposalThreshold = THRESHOLD;
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

    function _signerSet() internal pure returns (address[] memory set) {
        set = new address[](4);
        for (uint256 index = 0; index < 4; ++index) set[index] = vm.addr(1_001 + index);
    }

    function _assign(address target, bytes4 selector, uint64 role) internal {
        manager.setTargetFunctionRole(target, _selectors(selector), role);
    }

    function _selectors(bytes4 selector) internal pure returns (bytes4[] memory selectors) {
        selectors = new bytes4[](1);
        selectors[0] = selector;
    }

    function _call(address target, bytes memory data) internal pure returns (Proposal memory proposal) {
        return _calls(target, data, address(0), "");
    }

    /// @dev A second target of zero: one call only.
    function _calls(
        address target,
        bytes memory data,
        address second,
        bytes memory secondData
    ) internal pure returns (Proposal memory proposal) {
        uint256 count = second == address(0) ? 1 : 2;
        (proposal.targets, proposal.calldatas) = (new address[](count), new bytes[](count));
        proposal.values = new uint256[](count);
        (proposal.targets[0], proposal.calldatas[0]) = (target, data);
        if (count == 2) (proposal.targets[1], proposal.calldatas[1]) = (second, secondData);
        proposal.description = "test";
    }

    function _narrowed() internal pure returns (RiskClass memory class) {
        class = _class();
        class.tighten.stepBps = 100;
    }

    function _narrowing() internal view returns (Proposal memory) {
        return _call(address(oracle), abi.encodeCall(IRiskClasses.narrowRiskClass, (CLASS_ID, _narrowed())));
    }

    function _widening() internal view returns (Proposal memory) {
        RiskClass memory wide = _class();
        wide.tighten.stepBps = 500;
        return _call(address(oracle), abi.encodeCall(IRiskClasses.setRiskClass, (CLASS_ID, wide)));
    }

    function _propose(Proposal memory proposal) internal returns (uint256 id) {
        vm.prank(delegate);
        return governor.propose(proposal.targets, proposal.values, proposal.calldatas, proposal.description);
    }

    /// @dev Proposes and lets it win.
    function _pass(Proposal memory proposal) internal returns (uint256 id) {
        id = _propose(proposal);
        skip(VOTING_DELAY + 1);
        vm.prank(delegate);
        governor.castVote(id, 1);
        vm.warp(governor.proposalDeadline(id) + 1);
        assertEq(uint8(governor.state(id)), uint8(IGovernor.ProposalState.Succeeded));
    }

    function _queue(Proposal memory proposal) internal {
        bytes32 hash = keccak256(bytes(proposal.description));
        governor.queue(proposal.targets, proposal.values, proposal.calldatas, hash);
    }

    function _execute(Proposal memory proposal) internal {
        bytes32 hash = keccak256(bytes(proposal.description));
        governor.execute(proposal.targets, proposal.values, proposal.calldatas, hash);
    }

    function _cancel(Proposal memory proposal) internal {
        bytes32 hash = keccak256(bytes(proposal.description));
        governor.cancel(proposal.targets, proposal.values, proposal.calldatas, hash);
    }

    /// @dev From proposal to effect, waiting exactly as long as the queue says.
    function _enact(Proposal memory proposal) internal returns (uint256 waitedSec) {
        uint256 id = _pass(proposal);
        _queue(proposal);
        waitedSec = governor.proposalEta(id) - block.timestamp;
        vm.warp(governor.proposalEta(id));
        _execute(proposal);
    }
}
