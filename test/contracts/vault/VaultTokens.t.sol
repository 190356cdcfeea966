// SPDX-License-Identifier: MIT
pragma solidity 0.8.30;

import {ReentrancyGuardTransient} from "@openzeppelin/contracts/utils/ReentrancyGuardTransient.sol";
import {IOptionVaultCore} from "../../../contracts/interfaces/IOptionVaultCore.sol";
import {IOptionVaultSettings} from "../../../contracts/interfaces/IOptionVaultSettings.sol";
import {IOptionVaultLog} from "../../../contracts/interfaces/IOptionVaultLog.sol";
import {TestToken} from "../../../contracts/local/TestToken.sol";
import {FeeToken, ReentrantToken} from "./HostileTokens.sol";
import {VaultFixture} from "./VaultFixture.sol";

/// @title Tokens with other decimals, with fees, with callbacks, and donations
contract VaultTokensTest is VaultFixture {
    uint24 private constant OTHER = 2;

    function _addMarket(address baseToken, address quoteToken) private returns (uint256 otherPut) {
        vault.addMarket(baseToken, quoteToken, 1, 1);
        vault.setClassGrid(OTHER, _grid());
        guard.setFeed(OTHER, _feedConfig());
        return vault.seriesIdOf(OTHER, STRIKE, EXPIRY, true);
    }

    function test_V2_RevertWhen_TokenTakesAFee() external {
        FeeToken fee = new FeeToken();
        uint256 otherPut = _addMarket(address(base), address(fee));
        fee.mint(writer, 100_000e6);
        vm.startPrank(writer);
        fee.approve(address(vault), type(uint256).max);
        vm.expectRevert(
            abi.encodeWithSelector(
                IOptionVaultLog.VaultTokenReceivedMismatch.selector,
                address(fee),
                19_602e6,
                19_800e6
            )
        );
        vault.open(otherPut, ONE, 19_800e6, holder);
        vm.stopPrank();
    }

    function test_V1_RevertWhen_TokenReenters() external {
        ReentrantToken token = new ReentrantToken();
        uint256 otherPut = _addMarket(address(base), address(token));
        token.mint(writer, 100_000e6);
        vm.startPrank(writer);
        token.approve(address(vault), type(uint256).max);
        bytes[8] memory attacks = [
            abi.encodeCall(IOptionVaultCore.open, (otherPut, ONE, 19_800e6, holder)),
            abi.encodeCall(IOptionVaultCore.addCollateral, (1, 1)),
            abi.encodeCall(IOptionVaultCore.close, (1, 1, 1)),
            abi.encodeCall(IOptionVaultCore.liquidate, (1, 1, 0, "")),
            abi.encodeCall(IOptionVaultCore.claim, (address(token), writer)),
            abi.encodeCall(IOptionVaultCore.redeem, (otherPut, 1, writer)),
            abi.encodeCall(IOptionVaultSettings.healthOf, (1)),
            abi.encodeCall(IOptionVaultSettings.seriesState, (otherPut))
        ];
        for (uint256 i = 0; i < attacks.length; ++i) {
            token.arm(vault, attacks[i]);
            vault.open(otherPut, ONE / 10, 1_980e6, holder);
            assertFalse(token.wentThrough());
            assertEq(token.answer(), ReentrancyGuardTransient.ReentrancyGuardReentrantCall.selector);
        }
        vm.stopPrank();
    }

    function test_DonationsChangeNothing() external {
        uint256 id = _open(put, ONE, 19_800e6);
        int256 health = vault.healthOf(id);
        quote.mint(address(vault), 1_000_000e6);
        assertEq(vault.healthOf(id), health);
        _expireAt(30_000e8);
        vault.settle(_ids(id));
        quote.mint(address(vault), 1_000_000e6);
        vm.prank(holder);
        assertEq(vault.redeem(put, ONE, holder), 19_800e6);
        assertEq(quote.balanceOf(address(vault)), 2_000_000e6);
    }

    function test_EighteenAndZeroDecimals() external {
        TestToken fine = new TestToken("Fine", "F", 18, address(this));
        TestToken coarse = new TestToken("Coarse", "C", 0, address(this));
        uint256 otherPut = _addMarket(address(coarse), address(fine));
        uint256 otherCall = vault.seriesIdOf(OTHER, STRIKE, EXPIRY, false);
        (uint256 required, , ) = vault.requiredCollateral(otherPut, ONE);
        assertEq(required, 19_800e18);
        (required, , ) = vault.requiredCollateral(otherCall, ONE);
        assertEq(required, 1);
        (required, , ) = vault.requiredCollateral(otherPut, 1);
        assertEq(required, 198e12);
    }

    function test_RevertWhen_TokenHasTooManyDecimals() external {
        TestToken tooFine = new TestToken("Too fine", "T", 19, address(this));
        vm.expectRevert(
            abi.encodeWithSelector(IOptionVaultLog.VaultMarketInvalid.selector, address(tooFine), address(quote))
        );
        vault.addMarket(address(tooFine), address(quote), 1, 1);
    }
}
