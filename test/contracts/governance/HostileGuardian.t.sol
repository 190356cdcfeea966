// SPDX-License-Identifier: MIT
pragma solidity 0.8.30;

import {PlimsollAccessManager} from "../../../contracts/governance/PlimsollAccessManager.sol";
import {VaultFixture} from "../vault/VaultFixture.sol";

/// @notice given a vault with positions / when its markets are stopped and a guardian turns hostile / exits stay open.
contract HostileGuardianTest is VaultFixture {
    uint128 private constant COLLATERAL = 40_000e6;

    function test_StopMarket_StopsNewRiskAndNothingElse() public {
        uint256 id = _open(put, ONE, COLLATERAL);
        vault.stopMarket(MARKET);
        assertFalse(vault.market(MARKET).live);
        assertEq(vault.market(MARKET).minQuote, MIN_QUOTE);
        vm.startPrank(writer);
        vm.expectRevert();
        vault.open(put, ONE, COLLATERAL, holder);
        vault.addCollateral(id, 1);
        vm.stopPrank();
        _giveLongs(writer, put, ONE);
        vm.prank(writer);
        vault.close(id, ONE, type(uint128).max);
        assertEq(vault.claimable(address(quote), writer) + quote.balanceOf(writer), 100_000_000e6);
        vm.expectRevert();
        vault.stopMarket(2);
    }

    /// @dev Case 58: the guardian tries every function of every contract; the writer then leaves with everything.
    function test_HostileGuardian_NeitherBlocksExitsNorMovesFunds() public {
        uint256 id = _open(put, ONE, COLLATERAL);
        PlimsollAccessManager manager = PlimsollAccessManager(authority);
        address guardian = makeAddr("guardian");
        manager.grantRole(manager.GUARDIAN_ROLE(), guardian, 0);
        uint256 held = quote.balanceOf(address(vault));
        bytes[9] memory calls = [
            abi.encodeWithSignature("setTargetClosed(address,bool)", vault, true),
            abi.encodeWithSignature("updateAuthority(address,address)", vault, guardian),
            abi.encodeWithSignature("grantRole(uint64,address,uint32)", 0, guardian, 2 days),
            abi.encodeWithSignature("grantRole(uint64,address,uint32)", 3, writer, 0),
            abi.encodeWithSignature("revokeRole(uint64,address)", 0, address(this)),
            abi.encodeWithSignature("setRoleAdmin(uint64,uint64)", 1, 3),
            abi.encodeWithSignature("setRoleGuardian(uint64,uint64)", 1, 3),
            abi.encodeWithSignature("setTargetAdminDelay(address,uint32)", vault, 1),
            abi.encodeWithSignature("setGrantDelay(uint64,uint32)", 1, 1)
        ];
        vm.startPrank(guardian);
        for (uint256 index = 0; index < calls.length; ++index) {
            (bool success, ) = address(manager).call(calls[index]);
            assertFalse(success);
        }
        vm.expectRevert();
        vault.stopMarket(MARKET);
        vm.expectRevert();
        vault.close(id, ONE, COLLATERAL);
        vm.stopPrank();
        assertEq(quote.balanceOf(address(vault)), held);
        _giveLongs(writer, put, ONE);
        vm.prank(writer);
        vault.close(id, ONE, type(uint128).max);
        assertEq(quote.balanceOf(writer) + vault.claimable(address(quote), writer), 100_000_000e6);
    }

    /// @dev Even the DAO's own admin, closing the vault at the manager, stops administration only.
    function test_ClosedTarget_StopsAdministrationNotExits() public {
        uint256 id = _open(put, ONE, COLLATERAL);
        PlimsollAccessManager(authority).setTargetClosed(address(vault), true);
        vm.expectRevert();
        vault.stopMarket(MARKET);
        vm.startPrank(writer);
        vault.addCollateral(id, 1);
        vm.stopPrank();
        _giveLongs(writer, put, ONE);
        vm.prank(writer);
        vault.close(id, ONE, type(uint128).max);
        assertEq(quote.balanceOf(writer) + vault.claimable(address(quote), writer), 100_000_000e6);
    }
}
