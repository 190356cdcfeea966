// SPDX-License-Identifier: MIT
pragma solidity 0.8.30;

import {IAccessManaged} from "@openzeppelin/contracts/access/manager/IAccessManaged.sol";
import {IAccessManager} from "@openzeppelin/contracts/access/manager/IAccessManager.sol";
import {PlimsollAccessManager} from "../../../contracts/governance/PlimsollAccessManager.sol";
import {IRiskModels} from "../../../contracts/interfaces/IRiskModels.sol";
import {IRiskOracle} from "../../../contracts/interfaces/IRiskOracle.sol";
import {IRiskClasses} from "../../../contracts/interfaces/IRiskClasses.sol";
import {Oracles} from "../helpers/Oracles.sol";
import {GovernanceFixture} from "./GovernanceFixture.sol";

/// @notice given a manager in set-up or under the DAO / when a role would lose its meaning / it reverts.
contract AccessManagerTest is GovernanceFixture {
    PlimsollAccessManager private fresh;

    function setUp() public override {
        super.setUp();
        fresh = new PlimsollAccessManager(address(this), LONG, SHORT);
    }

    function _tooShort(uint64 role, uint32 delaySec, uint32 minSec) private {
        vm.expectRevert(
            abi.encodeWithSelector(PlimsollAccessManager.AccessDelayTooShort.selector, role, delaySec, minSec)
        );
    }

    function test_RevertWhen_DelaysAreBelowTheirFloors() public {
        _tooShort(1, 1 days - 1, 1 days);
        new PlimsollAccessManager(address(this), 1 days - 1, SHORT);
        _tooShort(2, 1 hours - 1, 1 hours);
        new PlimsollAccessManager(address(this), LONG, 1 hours - 1);
        uint64[2] memory slow = [fresh.ADMIN_ROLE(), fresh.WIDENING_ROLE()];
        for (uint256 index = 0; index < 2; ++index) {
            _tooShort(slow[index], LONG - 1, LONG);
            fresh.grantRole(slow[index], stranger, LONG - 1);
            fresh.grantRole(slow[index], stranger, LONG);
            // Nor can the delay of a member be lowered below it later.
            _tooShort(slow[index], 0, LONG);
            fresh.grantRole(slow[index], stranger, 0);
        }
        uint64 narrowing = fresh.NARROWING_ROLE();
        _tooShort(narrowing, SHORT - 1, SHORT);
        fresh.grantRole(narrowing, stranger, SHORT - 1);
        fresh.grantRole(fresh.GUARDIAN_ROLE(), stranger, 0);
    }

    /// @dev A4
    function test_A4_RevertWhen_RolesGoToNobodyOrEverybody() public {
        vm.expectPartialRevert(IAccessManager.AccessManagerInvalidInitialAdmin.selector);
        new PlimsollAccessManager(address(0), LONG, SHORT);
        vm.expectRevert(abi.encodeWithSelector(PlimsollAccessManager.AccessZeroAccount.selector, uint64(3)));
        fresh.grantRole(3, address(0), 0);
        uint64 everybody = fresh.PUBLIC_ROLE();
        bytes memory isPublic = abi.encodeWithSelector(PlimsollAccessManager.AccessPublicRole.selector);
        vm.expectRevert(isPublic);
        fresh.setRoleGuardian(1, everybody);
        vm.expectRevert(isPublic);
        fresh.setRoleAdmin(1, everybody);
        vm.expectRevert(isPublic);
        fresh.setTargetFunctionRole(address(oracle), _selectors(IRiskClasses.setRiskClass.selector), everybody);
    }

    /// @dev A4
    function test_A4_RevertWhen_RoleAdminsFormALoop() public {
        bytes4 loop = PlimsollAccessManager.AccessRoleAdminLoop.selector;
        vm.expectRevert(abi.encodeWithSelector(loop, uint64(5), uint64(5)));
        fresh.setRoleAdmin(5, 5);
        fresh.setRoleAdmin(5, 6);
        fresh.setRoleAdmin(6, 7);
        vm.expectRevert(abi.encodeWithSelector(loop, uint64(7), uint64(5)));
        fresh.setRoleAdmin(7, 5);
        fresh.setRoleAdmin(7, 8);
        assertEq(fresh.getRoleAdmin(7), 8);
    }

    /// @dev A4
    function test_A4_RevertWhen_TheLastAdminWouldLeave() public {
        bytes memory last = abi.encodeWithSelector(PlimsollAccessManager.AccessLastAdmin.selector, address(this));
        vm.expectRevert(last);
        fresh.renounceRole(0, address(this));
        vm.expectRevert(last);
        fresh.revokeRole(0, address(this));
        fresh.grantRole(0, address(governor), LONG);
        // A second grant to the same account is no second admin.
        fresh.grantRole(0, address(governor), LONG);
        assertEq(fresh.adminCount(), 2);
        fresh.renounceRole(0, address(this));
        assertEq(fresh.adminCount(), 1);
        vm.prank(address(governor));
        vm.expectPartialRevert(PlimsollAccessManager.AccessLastAdmin.selector);
        fresh.renounceRole(0, address(governor));
    }

    function test_RevertWhen_AnybodyElseAbdicates() public {
        vm.expectPartialRevert(IAccessManager.AccessManagerUnauthorizedAccount.selector);
        vm.prank(guardian);
        manager.abdicate(address(oracle), _selectors(IRiskModels.setModelAllowed.selector));
        vm.expectPartialRevert(IAccessManager.AccessManagerUnauthorizedAccount.selector);
        manager.abdicate(address(oracle), _selectors(IRiskModels.setModelAllowed.selector));
    }

    /// @dev G15: a function given up stays given up, on every way back.
    function test_Abdicate_IsForEver() public {
        IRiskOracle target = Oracles.deploy(address(fresh), signers, 0, _limits());
        bytes4[] memory selectors = _selectors(IRiskModels.setModelAllowed.selector);
        target.setModelAllowed(BUNDLE, true);
        vm.expectEmit();
        emit PlimsollAccessManager.SelectorAbdicated(address(target), selectors[0]);
        fresh.abdicate(address(target), selectors);
        assertTrue(fresh.isAbdicated(address(target), selectors[0]));
        bytes memory abdicated = abi.encodeWithSelector(
            PlimsollAccessManager.AccessAbdicated.selector,
            address(target),
            selectors[0]
        );
        vm.expectRevert(abi.encodeWithSelector(IAccessManaged.AccessManagedUnauthorized.selector, address(this)));
        target.setModelAllowed(BUNDLE, false);
        vm.expectPartialRevert(IAccessManager.AccessManagerUnauthorizedCall.selector);
        fresh.execute(address(target), abi.encodeCall(IRiskModels.setModelAllowed, (BUNDLE, false)));
        vm.expectRevert(abdicated);
        fresh.setTargetFunctionRole(address(target), selectors, 3);
        vm.expectRevert(abdicated);
        fresh.abdicate(address(target), selectors);
        vm.expectRevert(abi.encodeWithSelector(PlimsollAccessManager.AccessAuthorityFixed.selector, address(target)));
        fresh.updateAuthority(address(target), address(manager));
        vm.expectPartialRevert(IAccessManager.AccessManagerUnauthorizedCall.selector);
        fresh.execute(address(target), abi.encodeCall(IAccessManaged.setAuthority, (address(manager))));
        // The rest of the contract is as before.
        target.disallowModel(BUNDLE);
        assertFalse(target.isModelAllowed(BUNDLE));
    }

    function test_UpdateAuthority_StillMovesContractsThatGaveNothingUp() public {
        IRiskOracle target = Oracles.deploy(address(fresh), signers, 0, _limits());
        fresh.updateAuthority(address(target), address(manager));
        assertEq(IAccessManaged(address(target)).authority(), address(manager));
    }

    function test_RevertWhen_TheManagersOwnFunctionsWouldBeGivenUp() public {
        bytes4 invalid = PlimsollAccessManager.AccessTargetInvalid.selector;
        vm.expectRevert(abi.encodeWithSelector(invalid, address(fresh)));
        fresh.abdicate(address(fresh), _selectors(IAccessManager.grantRole.selector));
        vm.expectRevert(abi.encodeWithSelector(invalid, address(0)));
        fresh.abdicate(address(0), _selectors(IAccessManager.grantRole.selector));
    }

    /// @dev An operation that waits when its function is given up never runs.
    function test_Abdicate_StopsWhatIsScheduled() public {
        IRiskOracle target = Oracles.deploy(address(fresh), signers, 0, _limits());
        fresh.setTargetFunctionRole(address(target), _selectors(IRiskModels.setModelAllowed.selector), 1);
        fresh.grantRole(1, stranger, LONG);
        bytes memory data = abi.encodeCall(IRiskModels.setModelAllowed, (BUNDLE, true));
        vm.prank(stranger);
        fresh.schedule(address(target), data, 0);
        fresh.abdicate(address(target), _selectors(IRiskModels.setModelAllowed.selector));
        skip(LONG);
        vm.prank(stranger);
        vm.expectPartialRevert(IAccessManager.AccessManagerUnauthorizedCall.selector);
        fresh.execute(address(target), data);
        vm.prank(stranger);
        vm.expectPartialRevert(IAccessManaged.AccessManagedUnauthorized.selector);
        target.setModelAllowed(BUNDLE, true);
    }

    function test_DeployerHasNothingLeft() public {
        assertEq(manager.adminCount(), 1);
        vm.expectPartialRevert(IAccessManaged.AccessManagedUnauthorized.selector);
        oracle.setModelAllowed(BUNDLE, false);
        vm.expectPartialRevert(IAccessManager.AccessManagerUnauthorizedAccount.selector);
        manager.grantRole(1, address(this), LONG);
    }
}
