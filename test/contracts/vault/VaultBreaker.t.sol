// SPDX-License-Identifier: MIT
pragma solidity 0.8.30;

import {IOptionVaultLog} from "../../../contracts/interfaces/IOptionVaultLog.sol";
import {BreakerMode, BreakerReason} from "../../../contracts/types/DeliveryTypes.sol";
import {ScoredFixture} from "./ScoredFixture.sol";

/// @title given the real oracle / when its breaker leaves NORMAL / anyone makes the vault cautious, for as long as it lasts
contract VaultBreakerTest is ScoredFixture {
    address private constant GUARDIAN = address(0x6a);

    function setUp() public override {
        super.setUp();
        risk.setWatch(GUARDIAN, address(0));
    }

    function _trip(BreakerMode mode) private {
        vm.prank(GUARDIAN);
        risk.tripBreaker(mode, BreakerReason.GUARDIAN);
    }

    function test_RevertWhen_TheBreakerIsNormal() external {
        vm.expectRevert(IOptionVaultLog.VaultBreakerNormal.selector);
        vault.followBreaker();
        _trip(BreakerMode.TIGHTEN_ONLY);
        skip(1 hours);
        risk.rearmBreaker(BreakerMode.NORMAL);
        vm.expectRevert(IOptionVaultLog.VaultBreakerNormal.selector);
        vault.followBreaker();
    }

    function test_AnyoneBeginsCautionInEitherMode() external {
        (uint256 normal, , ) = vault.requiredCollateral(put, ONE);
        for (uint256 mode = 1; mode <= 2; ++mode) {
            _trip(BreakerMode(mode));
            vm.expectEmit(address(vault));
            emit IOptionVaultLog.CautionSet(uint32(block.timestamp + 6 hours));
            vm.prank(address(0xdead));
            vault.followBreaker();
            assertEq(vault.pauseState().cautionUntil, block.timestamp + 6 hours);
        }
        (uint256 cautious, , ) = vault.requiredCollateral(put, ONE);
        assertGt(cautious, normal);
    }

    /// @dev It goes on while somebody follows, never ends sooner than another caution, and ends by itself.
    function test_CautionLastsAsLongAsItsCause() external {
        vault.beginCaution(2 days);
        uint256 later = vault.pauseState().cautionUntil;
        _trip(BreakerMode.TIGHTEN_ONLY);
        vault.followBreaker();
        assertEq(vault.pauseState().cautionUntil, later);
        vm.warp(later);
        vault.followBreaker();
        assertEq(vault.pauseState().cautionUntil, later + 6 hours);
    }
}
