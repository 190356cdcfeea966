// SPDX-License-Identifier: MIT
pragma solidity 0.8.30;

import {FundFixture} from "./FundFixture.sol";

/// @title Round trips and previews of the fund's shares, at any share price
/// @notice The eight round trips are those that lending vaults are held to: none leaves the caller with more.
contract FundPropertiesTest is FundFixture {
    /// @dev Deposits, a loss or a gain, then a clean ticket for each trip.
    function _shape(uint96 first, uint96 gain, uint16 lossBps) private {
        _deposit(bob, bound(first, 1, 1e14));
        driver.addFees(bound(gain, 0, 1e13));
        fund.collect();
        driver.cover(1, (fund.totalAssets() * (lossBps % 1_000)) / 10_000);
    }

    function _exitAll(address account) private {
        _ripen(account);
    }

    function testFuzz_Trip1_DepositThenRedeem(uint96 first, uint96 gain, uint16 loss, uint96 amount) external {
        _shape(first, gain, loss);
        uint256 assets = bound(amount, 1, 1e14);
        uint256 shares = _deposit(alice, assets);
        // Less than a share's worth buys nothing.
        if (shares == 0) return;
        _exitAll(alice);
        assertLe(_redeem(alice, shares), assets);
    }

    function testFuzz_Trip2_DepositThenWithdraw(uint96 first, uint96 gain, uint16 loss, uint96 amount) external {
        _shape(first, gain, loss);
        uint256 assets = bound(amount, 1, 1e14);
        uint256 shares = _deposit(alice, assets);
        assertGe(fund.previewWithdraw(assets), shares);
    }

    function testFuzz_Trip3_RedeemThenDeposit(uint96 first, uint96 gain, uint16 loss, uint128 amount) external {
        _shape(first, gain, loss);
        uint256 shares = bound(amount, 1, fund.balanceOf(bob));
        _requestExit(bob, shares);
        vm.warp(fund.exitTicket(bob).from);
        uint256 assets = _redeem(bob, shares);
        assertLe(_deposit(bob, assets), shares);
    }

    function testFuzz_Trip4_RedeemThenMint(uint96 first, uint96 gain, uint16 loss, uint128 amount) external {
        _shape(first, gain, loss);
        uint256 shares = bound(amount, 1, fund.balanceOf(bob));
        _requestExit(bob, shares);
        vm.warp(fund.exitTicket(bob).from);
        uint256 assets = _redeem(bob, shares);
        vm.prank(bob);
        assertGe(fund.mint(shares, bob), assets);
    }

    function testFuzz_Trip5_MintThenWithdraw(uint96 first, uint96 gain, uint16 loss, uint96 amount) external {
        _shape(first, gain, loss);
        uint256 shares = fund.previewDeposit(bound(amount, 1, 1e14));
        vm.prank(alice);
        uint256 assets = fund.mint(shares, alice);
        assertGe(fund.previewWithdraw(assets), shares);
    }

    function testFuzz_Trip6_MintThenRedeem(uint96 first, uint96 gain, uint16 loss, uint96 amount) external {
        _shape(first, gain, loss);
        uint256 shares = 1 + fund.previewDeposit(bound(amount, 1, 1e13));
        vm.prank(alice);
        uint256 assets = fund.mint(shares, alice);
        _exitAll(alice);
        assertLe(_redeem(alice, shares), assets);
    }

    function testFuzz_Trip7_WithdrawThenMint(uint96 first, uint96 gain, uint16 loss, uint96 amount) external {
        _shape(first, gain, loss);
        _exitAll(bob);
        uint256 assets = bound(amount, 0, fund.maxWithdraw(bob));
        vm.prank(bob);
        uint256 shares = fund.withdraw(assets, bob, bob);
        vm.prank(bob);
        assertGe(fund.mint(shares, bob), assets);
    }

    function testFuzz_Trip8_WithdrawThenDeposit(uint96 first, uint96 gain, uint16 loss, uint96 amount) external {
        _shape(first, gain, loss);
        _exitAll(bob);
        uint256 assets = bound(amount, 0, fund.maxWithdraw(bob));
        vm.prank(bob);
        uint256 shares = fund.withdraw(assets, bob, bob);
        assertLe(_deposit(bob, assets), shares);
    }

    function testFuzz_PreviewsBoundResults(uint96 first, uint96 gain, uint16 loss, uint96 amount) external {
        _shape(first, gain, loss);
        uint256 assets = bound(amount, 1, 1e14);
        uint256 previewed = fund.previewDeposit(assets);
        assertGe(_deposit(alice, assets), previewed);
        uint256 minted = previewed + 1;
        previewed = fund.previewMint(minted);
        vm.prank(alice);
        assertLe(fund.mint(minted, alice), previewed);
        _exitAll(alice);
        uint256 half = fund.maxRedeem(alice) / 2;
        previewed = fund.previewRedeem(half);
        assertGe(_redeem(alice, half), previewed);
        uint256 rest = fund.maxWithdraw(alice) / 2;
        previewed = fund.previewWithdraw(rest);
        vm.prank(alice);
        assertLe(fund.withdraw(rest, alice, alice), previewed);
    }

    /// @dev What the four limits say goes through, to the unit.
    function testFuzz_LimitsAreTruthful(uint96 first, uint96 gain, uint16 loss, bool byShares) external {
        _shape(first, gain, loss);
        token.mint(alice, type(uint128).max);
        (uint256 mintable, uint256 depositable) = (fund.maxMint(alice), fund.maxDeposit(alice));
        vm.prank(alice);
        if (byShares) fund.mint(mintable, alice);
        else fund.deposit(depositable, alice);
        assertLe(fund.totalAssets(), type(uint128).max);
        _ripen(bob);
        uint256 before = token.balanceOf(bob);
        uint256 most = fund.maxWithdraw(bob);
        uint256 shares = fund.maxRedeem(bob);
        vm.prank(bob);
        if (byShares) fund.redeem(shares, bob, bob);
        else fund.withdraw(most, bob, bob);
        assertEq(token.balanceOf(bob) - before, most);
    }
}
