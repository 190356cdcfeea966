// SPDX-License-Identifier: MIT
pragma solidity 0.8.30;

import {IAccessManaged} from "@openzeppelin/contracts/access/manager/IAccessManaged.sol";
import {IAccessManager} from "@openzeppelin/contracts/access/manager/IAccessManager.sol";
import {Governor} from "@openzeppelin/contracts/governance/Governor.sol";
import {GovernorCountingSimple} from "@openzeppelin/contracts/governance/extensions/GovernorCountingSimple.sol";
import {GovernorPreventLateQuorum} from "@openzeppelin/contracts/governance/extensions/GovernorPreventLateQuorum.sol";
import {GovernorProposalGuardian} from "@openzeppelin/contracts/governance/extensions/GovernorProposalGuardian.sol";
import {GovernorSettings} from "@openzeppelin/contracts/governance/extensions/GovernorSettings.sol";
import {GovernorTimelockAccess} from "@openzeppelin/contracts/governance/extensions/GovernorTimelockAccess.sol";
import {GovernorVotes} from "@openzeppelin/contracts/governance/extensions/GovernorVotes.sol";
import {GovernorVotesQuorumFraction} from "@openzeppelin/contracts/governance/extensions/GovernorVotesQuorumFraction.sol";
import {IVotes} from "@openzeppelin/contracts/governance/utils/IVotes.sol";
import {Math} from "@openzeppelin/contracts/utils/math/Math.sol";
import {SafeCast} from "@openzeppelin/contracts/utils/math/SafeCast.sol";
import {Time} from "@openzeppelin/contracts/utils/types/Time.sol";
import {PlimsollAccessManager} from "./PlimsollAccessManager.sol";

/// @notice What a governor is deployed with.
/// @param token votes; its clock counts seconds
/// @param manager authority of all contracts
/// @param guardian may cancel proposals, except those that only replace guardians
/// @param votingDelaySec between proposal and snapshot of votes
/// @param votingPeriodSec length of a vote
/// @param lateQuorumExtensionSec a vote stays open at least this long after its quorum was reached
/// @param quorumPercent share of the supply that must take part
/// @param proposalThreshold votes needed to propose, token units
struct GovernorConfig {
    IVotes token;
    PlimsollAccessManager manager;
    address guardian;
    uint48 votingDelaySec;
    uint32 votingPeriodSec;
    uint48 lateQuorumExtensionSec;
    uint256 quorumPercent;
    uint256 proposalThreshold;
}

/// @title The DAO
/// @notice Every proposal waits between vote and execution: for the longest delay that the access manager demands for one of
/// its calls, and for the long delay if one of them does not pass through the manager – this governor's own settings, its
/// funds, foreign contracts. So nothing but narrowing is ever quick.
contract PlimsollGovernor is
    Governor,
    GovernorSettings,
    GovernorCountingSimple,
    GovernorVotes,
    GovernorVotesQuorumFraction,
    GovernorPreventLateQuorum,
    GovernorProposalGuardian,
    GovernorTimelockAccess
{
    /// @notice Whether the guardian cannot cancel a proposal: it only replaces guardians. One that could not be replaced
    /// would be a veto for ever.
    mapping(uint256 proposalId => bool guardianProof) public isGuardianProof;

    PlimsollAccessManager private immutable _MANAGER;

    constructor(
        GovernorConfig memory config
    )
        Governor("PlimsollGovernor")
        GovernorSettings(config.votingDelaySec, config.votingPeriodSec, config.proposalThreshold)
        GovernorVotes(config.token)
        GovernorVotesQuorumFraction(config.quorumPercent)
        GovernorPreventLateQuorum(config.lateQuorumExtensionSec)
        GovernorTimelockAccess(address(config.manager), config.manager.MIN_NARROWING_DELAY_SEC())
    {
        _MANAGER = config.manager;
        _setProposalGuardian(config.guardian);
    }

    /// @notice As `IGovernor.propose`; a proposal that does nothing but replace guardians is marked as {isGuardianProof}.
    function propose(
        address[] memory targets,
        uint256[] memory values,
        bytes[] memory calldatas,
        string memory description
    ) public override(Governor, GovernorTimelockAccess) returns (uint256 proposalId) {
        proposalId = super.propose(targets, values, calldatas, description);
        isGuardianProof[proposalId] = _onlyReplacesGuardians(targets, calldatas);
    }

    /// @notice Every proposal is queued.
    function proposalNeedsQueuing(
        uint256
    ) public pure override(Governor, GovernorTimelockAccess) returns (bool needsQueuing) {
        return true;
    }

    /// @notice End of the vote, with the extension after a late quorum, seconds since the epoch.
    function proposalDeadline(
        uint256 proposalId
    ) public view override(Governor, GovernorPreventLateQuorum) returns (uint256 deadlineSec) {
        return super.proposalDeadline(proposalId);
    }

    /// @notice Votes needed to propose, token units.
    function proposalThreshold() public view override(Governor, GovernorSettings) returns (uint256 votes) {
        return super.proposalThreshold();
    }

    /// @notice Calls of contracts that are not under the access manager are made by this governor itself: by default the
    /// manager would claim them too, as functions of its admin, and the DAO could not spend its own tokens.
    function isAccessManagerIgnored(address target, bytes4 selector) public view override returns (bool ignored) {
        return !_isManaged(target) || super.isAccessManagerIgnored(target, selector);
    }

    function _queueOperations(
        uint256 proposalId,
        address[] memory targets,
        uint256[] memory values,
        bytes[] memory calldatas,
        bytes32 descriptionHash
    ) internal override(Governor, GovernorTimelockAccess) returns (uint48 etaSec) {
        etaSec = super._queueOperations(proposalId, targets, values, calldatas, descriptionHash);
        (, bool[] memory managed, ) = proposalExecutionPlan(proposalId);
        for (uint256 index = 0; index < managed.length; ++index) {
            if (managed[index]) continue;
            uint48 latest = Time.timestamp() + _MANAGER.MIN_WIDENING_DELAY_SEC();
            return SafeCast.toUint48(Math.max(etaSec, latest));
        }
    }

    function _executeOperations(
        uint256 proposalId,
        address[] memory targets,
        uint256[] memory values,
        bytes[] memory calldatas,
        bytes32 descriptionHash
    ) internal override(Governor, GovernorTimelockAccess) {
        super._executeOperations(proposalId, targets, values, calldatas, descriptionHash);
    }

    function _cancel(
        address[] memory targets,
        uint256[] memory values,
        bytes[] memory calldatas,
        bytes32 descriptionHash
    ) internal override(Governor, GovernorTimelockAccess) returns (uint256 proposalId) {
        return super._cancel(targets, values, calldatas, descriptionHash);
    }

    function _tallyUpdated(uint256 proposalId) internal override(Governor, GovernorPreventLateQuorum) {
        super._tallyUpdated(proposalId);
    }

    function _validateCancel(
        uint256 proposalId,
        address caller
    ) internal view override(Governor, GovernorProposalGuardian) returns (bool mayCancel) {
        // The base rule without the guardian: the proposer, while the vote has not begun.
        if (isGuardianProof[proposalId]) return Governor._validateCancel(proposalId, caller);
        return super._validateCancel(proposalId, caller);
    }

    function _isManaged(address target) private view returns (bool managed) {
        if (target == address(this) || target == address(_MANAGER)) return true;
        (bool success, bytes memory answer) = target.staticcall(abi.encodeCall(IAccessManaged.authority, ()));
        return success && keccak256(answer) == keccak256(abi.encode(_MANAGER));
    }

    function _onlyReplacesGuardians(
        address[] memory targets,
        bytes[] memory calldatas
    ) private view returns (bool replaces) {
        for (uint256 index = 0; index < targets.length; ++index) {
            if (!_replacesGuardian(targets[index], calldatas[index])) return false;
        }
        return true;
    }

    /// @dev The guardian of proposals here, or removing a member of the guardian role at the manager. A new member is not
    /// among them: a guardian must be able to stop a proposal that hands its role to somebody hostile.
    function _replacesGuardian(address target, bytes memory data) private view returns (bool replaces) {
        bytes4 selector = bytes4(data);
        if (target == address(this)) return selector == this.setProposalGuardian.selector;
        if (target != address(_MANAGER) || selector != IAccessManager.revokeRole.selector) return false;
        uint256 roleId;
        // The first argument, right after length and selector; data too short for it would revert at the manager.
        assembly ("memory-safe") {
            roleId := mload(add(data, 0x24))
        }
        return data.length >= 0x24 && roleId == _MANAGER.GUARDIAN_ROLE();
    }
}
