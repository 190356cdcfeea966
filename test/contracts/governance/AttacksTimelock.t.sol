// SPDX-License-Identifier: MIT
pragma solidity 0.8.30;

import {IAccessManaged} from "@openzeppelin/contracts/access/manager/IAccessManaged.sol";
import {IAccessManager} from "@openzeppelin/contracts/access/manager/IAccessManager.sol";
import {IGovernor} from "@openzeppelin/contracts/governance/IGovernor.sol";
import {GovernorTimelockAccess} from "@openzeppelin/contracts/governance/extensions/GovernorTimelockAccess.sol";
import {IOracleWiring} from "../../../contracts/interfaces/IOracleWiring.sol";
import {IRiskClasses} from "../../../contracts/interfaces/IRiskClasses.sol";
import {IRiskDelivery} from "../../../contracts/interfaces/IRiskDelivery.sol";
import {IRiskModels} from "../../../contracts/interfaces/IRiskModels.sol";
import {IRiskSources} from "../../../contracts/interfaces/IRiskSources.sol";
import {SignerRegistry} from "../../../contracts/registry/SignerRegistry.sol";
import {BreakerMode} from "../../../contracts/types/DeliveryTypes.sol";
import {GovernanceFixture, Proposal} from "./GovernanceFixture.sol";

/// @title Attacks A1 and T9 of the catalogue: strangers at every door, and the timelock's edges
contract AttacksTimelockTest is GovernanceFixture {
    /// @dev The guardian and a delegate are strangers here too: nothing of this is theirs.
    function test_A1_EveryRestrictedCallOfOracleAndRegistryRefusesStrangers() public {
        bytes[11] memory calls = [
            abi.encodeCall(IRiskClasses.setRiskClass, (CLASS_ID, _class())),
            abi.encodeCall(IRiskClasses.narrowRiskClass, (CLASS_ID, _narrowed())),
            abi.encodeCall(IRiskModels.setModelAllowed, (BUNDLE, false)),
            abi.encodeCall(IRiskModels.disallowModel, (BUNDLE)),
            abi.encodeCall(IRiskSources.registerSource, (stranger)),
            abi.encodeCall(IOracleWiring.setRuleEngine, (oracle.ruleEngine())),
            abi.encodeCall(IOracleWiring.setVerifier, (signers)),
            abi.encodeCall(IRiskDelivery.setWatch, (stranger, stranger)),
            abi.encodeCall(IRiskDelivery.setDeliveryLimits, (_limits())),
            abi.encodeCall(IRiskDelivery.narrowDeliveryLimits, (_limits())),
            abi.encodeCall(IRiskDelivery.rearmBreaker, (BreakerMode.NORMAL))
        ];
        for (uint256 i = 0; i < calls.length; ++i) _refused(address(oracle), calls[i]);
        _refused(address(signers), abi.encodeCall(SignerRegistry.activateSet, (_signerSet(), 3)));
    }

    function _refused(address target, bytes memory data) private {
        address[3] memory callers = [stranger, guardian, delegate];
        for (uint256 i = 0; i < callers.length; ++i) {
            vm.prank(callers[i]);
            (bool ok, bytes memory reason) = target.call(data);
            assertFalse(ok);
            assertEq(reason, abi.encodeWithSelector(IAccessManaged.AccessManagedUnauthorized.selector, callers[i]));
        }
    }

    function test_T9_RevertWhen_ExecutedEarlyOrTwice() public {
        Proposal memory proposal = _widening();
        uint256 id = _pass(proposal);
        _queue(proposal);
        vm.warp(governor.proposalEta(id) - 1);
        vm.expectRevert(
            abi.encodeWithSelector(GovernorTimelockAccess.GovernorUnmetDelay.selector, id, governor.proposalEta(id))
        );
        _execute(proposal);
        vm.warp(governor.proposalEta(id));
        _execute(proposal);
        assertEq(oracle.riskClass(CLASS_ID).tighten.stepBps, 500);
        vm.expectPartialRevert(IGovernor.GovernorUnexpectedProposalState.selector);
        _execute(proposal);
    }

    /// @dev What waited longer than the manager's week after its time is dead, and so is what anybody entitled has cancelled.
    function test_T9_RevertWhen_ExecutedTooLateOrCancelled() public {
        Proposal memory proposal = _widening();
        uint256 id = _pass(proposal);
        _queue(proposal);
        vm.warp(governor.proposalEta(id) + 1 weeks);
        vm.expectPartialRevert(IAccessManager.AccessManagerExpired.selector);
        _execute(proposal);
        proposal.description = "again";
        id = _pass(proposal);
        _queue(proposal);
        vm.prank(guardian);
        _cancel(proposal);
        vm.warp(governor.proposalEta(id));
        vm.expectPartialRevert(IGovernor.GovernorUnexpectedProposalState.selector);
        _execute(proposal);
        assertEq(oracle.riskClass(CLASS_ID).tighten.stepBps, 300);
    }
}
