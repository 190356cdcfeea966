// SPDX-License-Identifier: MIT
pragma solidity 0.8.30;

import {AccessManager} from "@openzeppelin/contracts/access/manager/AccessManager.sol";
import {IAccessManaged} from "@openzeppelin/contracts/access/manager/IAccessManaged.sol";
import {IAccessManager} from "@openzeppelin/contracts/access/manager/IAccessManager.sol";

/// @title Authority of every contract: which role may call which function, after which delay
/// @notice OpenZeppelin's AccessManager with what a DAO must not be able to get wrong: delays have floors, role admins form
/// no loop, the last admin stays, no restricted function becomes public, and functions can be given up for ever.
///
/// A function of a managed contract that no role was set for belongs to ADMIN_ROLE, so a forgotten one is not open.
contract PlimsollAccessManager is AccessManager {
    /// @notice Widens: bounds, signers, sources, markets, feeds, upgrades. Long delay.
    uint64 public constant WIDENING_ROLE = 1;
    /// @notice Narrows, through functions that check on chain that they only narrow. Short delay.
    uint64 public constant NARROWING_ROLE = 2;
    /// @notice Removes signers, pauses with self-expiry, trips the breaker, cancels operations. No delay.
    uint64 public constant GUARDIAN_ROLE = 3;
    /// @notice No deployment widens faster than this, seconds.
    uint32 public constant LEAST_WIDENING_DELAY_SEC = 1 days;
    /// @notice No deployment narrows faster than this, seconds.
    uint32 public constant LEAST_NARROWING_DELAY_SEC = 1 hours;

    /// @notice Least execution delay of members of ADMIN_ROLE and WIDENING_ROLE, seconds.
    uint32 public immutable MIN_WIDENING_DELAY_SEC;
    /// @notice Least execution delay of members of NARROWING_ROLE, seconds.
    uint32 public immutable MIN_NARROWING_DELAY_SEC;

    /// @notice Members of ADMIN_ROLE; never 0.
    uint256 public adminCount;

    mapping(address target => mapping(bytes4 selector => bool abdicated)) private _abdicated;
    mapping(address target => uint256 count) private _abdicatedCount;

    /// @notice A function was given up: nobody can call it any more, whatever roles are set.
    event SelectorAbdicated(address indexed target, bytes4 indexed selector);

    /// @notice A delay below its floor.
    error AccessDelayTooShort(uint64 roleId, uint32 delaySec, uint32 minSec);

    /// @notice The zero address can hold no role.
    error AccessZeroAccount(uint64 roleId);

    /// @notice `admin` is, directly or through its own admins, governed by `roleId`.
    error AccessRoleAdminLoop(uint64 roleId, uint64 admin);

    /// @notice Everybody would be able to call, to cancel or to appoint.
    error AccessPublicRole();

    /// @notice The last admin can be replaced, but not removed.
    error AccessLastAdmin(address account);

    /// @notice The function was given up for ever.
    error AccessAbdicated(address target, bytes4 selector);

    /// @notice The authority of a contract with abdicated functions is fixed, for another one could allow them again.
    error AccessAuthorityFixed(address target);

    /// @notice This contract's own functions cannot be given up.
    error AccessTargetInvalid(address target);

    /// @param setupAdmin configures without delay until it renounces ADMIN_ROLE, after the DAO received it
    /// @param minWideningDelaySec see {MIN_WIDENING_DELAY_SEC}; at least {LEAST_WIDENING_DELAY_SEC}
    /// @param minNarrowingDelaySec see {MIN_NARROWING_DELAY_SEC}; at least {LEAST_NARROWING_DELAY_SEC}
    constructor(address setupAdmin, uint32 minWideningDelaySec, uint32 minNarrowingDelaySec) AccessManager(setupAdmin) {
        // The floors are still zero while AccessManager's constructor runs: the set-up admin is the one without delay.
        _requireDelay(WIDENING_ROLE, minWideningDelaySec, LEAST_WIDENING_DELAY_SEC);
        _requireDelay(NARROWING_ROLE, minNarrowingDelaySec, LEAST_NARROWING_DELAY_SEC);
        MIN_WIDENING_DELAY_SEC = minWideningDelaySec;
        MIN_NARROWING_DELAY_SEC = minNarrowingDelaySec;
    }

    /// @notice Gives functions of a contract up for ever. Only ADMIN_ROLE, with its delay. From now on the contract keeps
    /// this authority.
    function abdicate(address target, bytes4[] calldata selectors) external onlyAuthorized {
        if (target == address(this) || target == address(0)) revert AccessTargetInvalid(target);
        for (uint256 index = 0; index < selectors.length; ++index) {
            bytes4 selector = selectors[index];
            if (_abdicated[target][selector]) revert AccessAbdicated(target, selector);
            _abdicated[target][selector] = true;
            _abdicatedCount[target] += 1;
            emit SelectorAbdicated(target, selector);
        }
    }

    /// @notice Whether a function was given up.
    function isAbdicated(address target, bytes4 selector) external view returns (bool abdicated) {
        return _abdicated[target][selector];
    }

    /// @inheritdoc IAccessManager
    function updateAuthority(address target, address newAuthority) public override {
        if (_abdicatedCount[target] != 0) revert AccessAuthorityFixed(target);
        super.updateAuthority(target, newAuthority);
    }

    /// @inheritdoc IAccessManager
    function canCall(
        address caller,
        address target,
        bytes4 selector
    ) public view override returns (bool immediate, uint32 delay) {
        bool movesAuthority = selector == IAccessManaged.setAuthority.selector && _abdicatedCount[target] != 0;
        if (movesAuthority || _abdicated[target][selector]) return (false, 0);
        return super.canCall(caller, target, selector);
    }

    function _grantRole(
        uint64 roleId,
        address account,
        uint32 grantDelay,
        uint32 executionDelay
    ) internal override returns (bool newMember) {
        if (account == address(0)) revert AccessZeroAccount(roleId);
        _requireDelay(roleId, executionDelay, _floorOf(roleId));
        newMember = super._grantRole(roleId, account, grantDelay, executionDelay);
        if (newMember && roleId == ADMIN_ROLE) adminCount += 1;
    }

    function _revokeRole(uint64 roleId, address account) internal override returns (bool revoked) {
        revoked = super._revokeRole(roleId, account);
        if (!revoked || roleId != ADMIN_ROLE) return revoked;
        if (adminCount == 1) revert AccessLastAdmin(account);
        adminCount -= 1;
    }

    /// @dev Ends: the chain above `admin` has no loop and so reaches ADMIN_ROLE, whose own admin cannot be set.
    function _setRoleAdmin(uint64 roleId, uint64 admin) internal override {
        for (uint64 above = admin; above != ADMIN_ROLE; above = getRoleAdmin(above)) {
            if (above == PUBLIC_ROLE) revert AccessPublicRole();
            if (above == roleId) revert AccessRoleAdminLoop(roleId, admin);
        }
        super._setRoleAdmin(roleId, admin);
    }

    function _setRoleGuardian(uint64 roleId, uint64 guardian) internal override {
        if (guardian == PUBLIC_ROLE) revert AccessPublicRole();
        super._setRoleGuardian(roleId, guardian);
    }

    function _setTargetFunctionRole(address target, bytes4 selector, uint64 roleId) internal override {
        if (roleId == PUBLIC_ROLE) revert AccessPublicRole();
        if (_abdicated[target][selector]) revert AccessAbdicated(target, selector);
        super._setTargetFunctionRole(target, selector, roleId);
    }

    function _floorOf(uint64 roleId) private view returns (uint32 minSec) {
        if (roleId == ADMIN_ROLE || roleId == WIDENING_ROLE) return MIN_WIDENING_DELAY_SEC;
        return roleId == NARROWING_ROLE ? MIN_NARROWING_DELAY_SEC : 0;
    }

    function _requireDelay(uint64 roleId, uint32 delaySec, uint32 minSec) private pure {
        if (delaySec < minSec) revert AccessDelayTooShort(roleId, delaySec, minSec);
    }
}
