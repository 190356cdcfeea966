// SPDX-License-Identifier: MIT
pragma solidity 0.8.30;

import {IAccessManager} from "@openzeppelin/contracts/access/manager/IAccessManager.sol";
import {IGovernor} from "@openzeppelin/contracts/governance/IGovernor.sol";
import {GovernorSettings} from "@openzeppelin/contracts/governance/extensions/GovernorSettings.sol";
import {GovernorTimelockAccess} from "@openzeppelin/contracts/governance/extensions/GovernorTimelockAccess.sol";
import {PlimsollToken} from "../../../contracts/governance/PlimsollToken.sol";
import {IRiskClasses} from "../../../contracts/interfaces/IRiskClasses.sol";
import {GovernanceFixture, Proposal} from "./GovernanceFixture.sol";

/// @notice Borrows the whole supply for one call, as a flash loan would lend it.
contract FlashVoter {
    function borrowAndPropose(PlimsollToken token, IGovernor governor, address[] memory targets) external {
        uint256 amount = token.balanceOf(msg.sender);
        require(token.transferFrom(msg.sender, address(this), amount));
        token.delegate(address(this));
        try governor.propose(targets, new uint256[](1), new bytes[](1), "flash") {
            revert("a flash-voted proposal was accepted");
        } catch {}
        require(token.transfer(msg.sender, amount));
    }

    function borrowAndVote(PlimsollToken token, IGovernor governor, uint256 id) external returns (uint256 weight) {
        uint256 amount = token.balanceOf(msg.sender);
        require(token.transferFrom(msg.sender, address(this), amount));
        token.delegate(address(this));
        weight = governor.castVote(id, 1);
        require(token.transfer(msg.sender, amount));
    }
}

/// @notice given the DAO of a deployment / when proposals are made, voted, stopped, executed / delays and roles hold.
contract GovernorTest is GovernanceFixture {
    function test_Narrowing_TakesTheShortDelay() public {
        assertEq(_enact(_narrowing()), SHORT);
        assertEq(oracle.riskClass(CLASS_ID).tighten.stepBps, 100);
    }

    function test_Widening_TakesTheLongDelay() public {
        assertEq(_enact(_widening()), LONG);
        assertEq(oracle.riskClass(CLASS_ID).tighten.stepBps, 500);
    }

    function test_Mixed_TakesTheLongerDelay() public {
        Proposal memory wide = _widening();
        Proposal memory narrow = _narrowing();
        Proposal memory both = _calls(
            narrow.targets[0],
            narrow.calldatas[0],
            address(oracle),
            abi.encodeWithSignature("setModelAllowed(bytes32,bool)", keccak256("other"), true)
        );
        assertEq(_enact(both), LONG);
        assertTrue(wide.targets[0] == address(oracle) && oracle.isModelAllowed(keccak256("other")));
    }

    /// @dev The governor's own settings and foreign calls pass no manager, and still wait for the long delay.
    function test_CallsPastTheManager_TakeTheLongDelay() public {
        assertEq(_enact(_call(address(governor), abi.encodeCall(GovernorSettings.setVotingPeriod, (4 days)))), LONG);
        assertEq(governor.votingPeriod(), 4 days);
        vm.prank(delegate);
        token.transfer(address(governor), 5);
        assertEq(_enact(_call(address(token), abi.encodeCall(token.transfer, (stranger, 5)))), LONG);
        assertEq(token.balanceOf(stranger), 5);
        bytes memory noBaseDelay = abi.encodeCall(GovernorTimelockAccess.setBaseDelaySeconds, (0));
        assertEq(_enact(_call(address(governor), noBaseDelay)), LONG);
        // Without a base delay the rule holds as before.
        assertEq(_enact(_call(address(governor), abi.encodeCall(GovernorSettings.setVotingPeriod, (5 days)))), LONG);
    }

    function test_RevertWhen_ExecutedBeforeItsDelayOrUnqueued() public {
        Proposal memory proposal = _widening();
        uint256 id = _pass(proposal);
        vm.expectPartialRevert(IGovernor.GovernorUnexpectedProposalState.selector);
        _execute(proposal);
        _queue(proposal);
        vm.warp(governor.proposalEta(id) - 1);
        vm.expectPartialRevert(GovernorTimelockAccess.GovernorUnmetDelay.selector);
        _execute(proposal);
    }

    /// @dev A narrowing selector does not widen, whoever calls it.
    function test_RevertWhen_WideningIsSentAsNarrowing() public {
        Proposal memory wide = _widening();
        wide.calldatas[0] = abi.encodePacked(IRiskClasses.narrowRiskClass.selector, _arguments(wide.calldatas[0]));
        uint256 id = _pass(wide);
        _queue(wide);
        vm.warp(governor.proposalEta(id));
        vm.expectRevert();
        _execute(wide);
        assertEq(oracle.riskClass(CLASS_ID).tighten.stepBps, 300);
    }

    function _arguments(bytes memory data) private pure returns (bytes memory arguments) {
        arguments = new bytes(data.length - 4);
        for (uint256 index = 0; index < arguments.length; ++index) arguments[index] = data[index + 4];
    }

    /// @dev A5, case 56: votes bought for one transaction neither propose nor vote.
    function test_A5_FlashVotes_CountForNothing() public {
        FlashVoter flash = new FlashVoter();
        Proposal memory proposal = _narrowing();
        uint256 id = _propose(proposal);
        vm.startPrank(delegate);
        token.approve(address(flash), type(uint256).max);
        flash.borrowAndPropose(token, governor, proposal.targets);
        skip(VOTING_DELAY + 1);
        assertEq(flash.borrowAndVote(token, governor, id), 0);
        vm.stopPrank();
        (, uint256 forVotes, ) = governor.proposalVotes(id);
        assertEq(forVotes, 0);
        vm.warp(governor.proposalDeadline(id) + 1);
        assertEq(uint8(governor.state(id)), uint8(IGovernor.ProposalState.Defeated));
    }

    /// @dev A5: votes borrowed at the second of the snapshot, and given back in it, do not count either.
    function test_A5_FlashVotes_AtTheSnapshotCountForNothing() public {
        FlashVoter flash = new FlashVoter();
        uint256 id = _propose(_narrowing());
        vm.warp(governor.proposalSnapshot(id));
        vm.startPrank(delegate);
        token.approve(address(flash), type(uint256).max);
        flash.borrowAndPropose(token, governor, _narrowing().targets);
        vm.stopPrank();
        skip(1);
        vm.prank(address(flash));
        assertEq(governor.castVote(id, 1), 0);
    }

    /// @dev A5
    function test_A5_LateQuorum_KeepsTheVoteOpen() public {
        uint256 id = _propose(_narrowing());
        uint256 deadline = governor.proposalDeadline(id);
        vm.warp(deadline - 1);
        vm.prank(delegate);
        governor.castVote(id, 1);
        assertEq(governor.proposalDeadline(id), deadline - 1 + LATE_QUORUM);
    }

    /// @dev A5: spam needs votes, and a proposal is exactly its calls.
    function test_A5_RevertWhen_ProposerHasTooFewVotesOrCallsAreAdded() public {
        Proposal memory proposal = _narrowing();
        vm.prank(stranger);
        vm.expectRevert(
            abi.encodeWithSelector(IGovernor.GovernorInsufficientProposerVotes.selector, stranger, 0, THRESHOLD)
        );
        governor.propose(proposal.targets, proposal.values, proposal.calldatas, proposal.description);
        _pass(proposal);
        _queue(proposal);
        skip(LONG);
        Proposal memory more = _calls(
            proposal.targets[0],
            proposal.calldatas[0],
            address(token),
            abi.encodeCall(token.transfer, (stranger, 1))
        );
        vm.expectPartialRevert(IGovernor.GovernorNonexistentProposal.selector);
        _execute(more);
    }

    function test_QuorumCountsTheSupply() public {
        vm.prank(delegate);
        token.transfer(stranger, 10_000_000e18 - 399_999e18);
        skip(1);
        uint256 id = _propose(_narrowing());
        skip(VOTING_DELAY + 1);
        vm.prank(delegate);
        governor.castVote(id, 1);
        vm.warp(governor.proposalDeadline(id) + 1);
        assertEq(uint8(governor.state(id)), uint8(IGovernor.ProposalState.Defeated));
    }

    /// @dev A2: at every stage.
    function test_Guardian_CancelsAtTheGovernor() public {
        Proposal memory proposal = _widening();
        _propose(proposal);
        vm.prank(guardian);
        _cancel(proposal);
        proposal.description = "again";
        uint256 id = _pass(proposal);
        _queue(proposal);
        vm.prank(stranger);
        vm.expectPartialRevert(IGovernor.GovernorUnableToCancel.selector);
        _cancel(proposal);
        vm.prank(guardian);
        _cancel(proposal);
        assertEq(uint8(governor.state(id)), uint8(IGovernor.ProposalState.Canceled));
        skip(LONG);
        vm.expectPartialRevert(IGovernor.GovernorUnexpectedProposalState.selector);
        _execute(proposal);
    }

    function test_Guardian_CancelsAtTheManager() public {
        Proposal memory proposal = _widening();
        uint256 id = _pass(proposal);
        _queue(proposal);
        vm.prank(stranger);
        vm.expectPartialRevert(IAccessManager.AccessManagerUnauthorizedCancel.selector);
        manager.cancel(address(governor), proposal.targets[0], proposal.calldatas[0]);
        vm.prank(guardian);
        manager.cancel(address(governor), proposal.targets[0], proposal.calldatas[0]);
        vm.warp(governor.proposalEta(id));
        vm.expectPartialRevert(IAccessManager.AccessManagerNotScheduled.selector);
        _execute(proposal);
    }

    /// @dev Case 58: a hostile guardian cancels everything, but not its own replacement.
    function test_Guardian_CannotStopItsReplacement() public {
        Proposal memory removal = _calls(
            address(governor),
            abi.encodeCall(governor.setProposalGuardian, (stranger)),
            address(manager),
            abi.encodeCall(IAccessManager.revokeRole, (3, guardian))
        );
        uint256 id = _pass(removal);
        assertTrue(governor.isGuardianProof(id));
        _queue(removal);
        vm.startPrank(guardian);
        vm.expectPartialRevert(IGovernor.GovernorUnableToCancel.selector);
        _cancel(removal);
        vm.expectPartialRevert(IAccessManager.AccessManagerUnauthorizedCancel.selector);
        manager.cancel(address(governor), address(manager), removal.calldatas[1]);
        vm.stopPrank();
        vm.warp(governor.proposalEta(id));
        _execute(removal);
        assertEq(governor.proposalGuardian(), stranger);
        (bool isMember, ) = manager.hasRole(3, guardian);
        assertFalse(isMember);
    }

    /// @dev The shelter is for replacements alone: a call beside them, another role, or a new member loses it.
    function test_Guardian_StopsWhatIsMoreThanItsReplacement() public {
        Proposal[4] memory proposals = [
            _calls(
                address(governor),
                abi.encodeCall(governor.setProposalGuardian, (stranger)),
                address(oracle),
                _widening().calldatas[0]
            ),
            _call(address(manager), abi.encodeCall(IAccessManager.revokeRole, (1, address(governor)))),
            _call(address(manager), abi.encodeCall(IAccessManager.grantRole, (3, stranger, 0))),
            _call(address(manager), abi.encodePacked(IAccessManager.revokeRole.selector))
        ];
        for (uint256 index = 0; index < proposals.length; ++index) {
            uint256 id = _propose(proposals[index]);
            assertFalse(governor.isGuardianProof(id));
            vm.prank(guardian);
            _cancel(proposals[index]);
        }
    }

    function test_ProposerMayWithdrawASheltered_ProposalBeforeTheVote() public {
        Proposal memory removal = _call(address(governor), abi.encodeCall(governor.setProposalGuardian, (stranger)));
        uint256 id = _propose(removal);
        vm.prank(delegate);
        _cancel(removal);
        assertEq(uint8(governor.state(id)), uint8(IGovernor.ProposalState.Canceled));
    }

    /// @dev Every setting of the governor answers to itself only.
    function test_RevertWhen_GovernorSettingsAreCalledFromOutside() public {
        bytes[6] memory calls = [
            abi.encodeWithSignature("setVotingDelay(uint48)", 0),
            abi.encodeWithSignature("setVotingPeriod(uint32)", 1),
            abi.encodeWithSignature("setProposalThreshold(uint256)", 0),
            abi.encodeWithSignature("updateQuorumNumerator(uint256)", 0),
            abi.encodeWithSignature("setProposalGuardian(address)", stranger),
            abi.encodeWithSignature("setBaseDelaySeconds(uint32)", 0)
        ];
        address[3] memory callers = [guardian, delegate, stranger];
        for (uint256 index = 0; index < calls.length * callers.length; ++index) {
            vm.prank(callers[index % callers.length]);
            (bool success, bytes memory reason) = address(governor).call(calls[index / callers.length]);
            assertFalse(success);
            assertEq(bytes4(reason), IGovernor.GovernorOnlyExecutor.selector);
        }
    }

    function test_Token_HasNoMinterAndCountsTime() public {
        assertEq(token.clock(), block.timestamp);
        assertEq(token.CLOCK_MODE(), "mode=timestamp");
        vm.expectRevert(PlimsollToken.TokenZeroHolder.selector);
        new PlimsollToken(address(0), 1);
        assertEq(token.nonces(delegate), 0);
    }
}
