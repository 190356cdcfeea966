// SPDX-License-Identifier: MIT
pragma solidity 0.8.30;

import {ERC4626} from "@openzeppelin/contracts/token/ERC20/extensions/ERC4626.sol";
import {IInsuranceFund} from "../../../contracts/interfaces/IInsuranceFund.sol";
import {ExitTicket, FundSettings} from "../../../contracts/types/FundTypes.sol";
import {FundFixture} from "./FundFixture.sol";

/// @title Attacks on the insurance fund, by their numbers in the catalogue
contract FundAttacksTest is FundFixture {
    uint256 private constant SERIES = 7;

    function _exitIsRefused(address account) private {
        assertEq(fund.maxRedeem(account), 0);
        assertEq(fund.maxWithdraw(account), 0);
        vm.startPrank(account);
        vm.expectPartialRevert(ERC4626.ERC4626ExceededMaxRedeem.selector);
        fund.redeem(1, account, account);
        vm.expectPartialRevert(ERC4626.ERC4626ExceededMaxWithdraw.selector);
        fund.withdraw(1, account, account);
        vm.stopPrank();
    }

    function test_C54_FirstDepositorCannotInflateTheShares() external {
        _deposit(alice, 1);
        vm.prank(alice);
        token.transfer(address(fund), 10_000e6);
        _deposit(bob, 1_000e6);
        assertEq(fund.totalAssets(), 1_000e6 + 1);
        // Even fees, which do count, are shared with a million virtual shares.
        driver.addFees(10_000e6);
        fund.collect();
        uint256 late = _deposit(bob, 1_000e6);
        assertGe(fund.previewRedeem(late), 1_000e6 - 1e4);
    }

    /// @dev What counts as assets without shares is shared with a million virtual ones: it costs the attacker half, and
    /// others a millionth.
    function test_C54_ContributionsRobNobodyOfHisDeposit() external {
        _deposit(alice, 1);
        vm.prank(alice);
        fund.contribute(10_000e6);
        uint256 shares = _deposit(bob, 1_000e6);
        assertGe(fund.previewRedeem(shares), 1_000e6 - 1e4);
        assertLe(fund.previewRedeem(fund.balanceOf(alice)), 5_000e6 + 1e4);
    }

    function test_C54_DonationsChangeNoSharePrice() external {
        uint256 shares = _deposit(alice, 1_000e6);
        uint256 before = fund.convertToAssets(shares);
        vm.prank(bob);
        token.transfer(address(fund), 500e6);
        assertEq(fund.convertToAssets(shares), before);
        assertEq(fund.totalAssets(), 1_000e6);
    }

    /// @dev Whoever comes just before a fee must stay, and bear losses, for the whole cool-down.
    function test_C54_DepositJustBeforeAFeeCannotLeaveJustAfter() external {
        _deposit(alice, 1_000e6);
        uint256 shares = _deposit(bob, 1_000e6);
        driver.addFees(10e6);
        fund.collect();
        _requestExit(bob, shares);
        _exitIsRefused(bob);
        driver.cover(SERIES, 60e6);
        vm.warp(NOON + COOL_DOWN);
        assertLt(_redeem(bob, shares), 1_000e6);
    }

    /// @dev The loss is known at the latest when the price is proven: from expiry until then the clock closes the exit,
    /// and from the first call of a keeper on the open series does.
    function test_C55_ExitQueueCannotRunFromAKnownLoss() external {
        _deposit(alice, 1_000e6);
        _deposit(bob, 1_000e6);
        _ripen(alice);
        uint256 expiry = NOON + COOL_DOWN + 20 hours;
        vm.warp(expiry);
        _exitIsRefused(alice);
        driver.suspendFor(SERIES);
        vm.warp(expiry + SETTLEMENT_WINDOW);
        _exitIsRefused(alice);
        driver.cover(SERIES, 200e6);
        // Priced at execution: the ripe ticket bears its part.
        assertEq(_redeem(alice, fund.maxRedeem(alice)), 900e6);
    }

    /// @dev Shares that somebody else holds cannot be slipped under a ripe ticket.
    function test_C55_RipeTicketIsWorthNothingWithoutItsShares() external {
        uint256 shares = _deposit(alice, 1_000e6);
        _deposit(bob, 1_000e6);
        _ripen(alice);
        _redeem(alice, shares);
        vm.prank(bob);
        fund.transfer(alice, 1_000e6);
        _exitIsRefused(alice);
        vm.prank(bob);
        fund.transfer(address(fund), 1_000e6);
        _exitIsRefused(alice);
        _exitIsRefused(address(fund));
    }

    /// @dev Shares carry no votes, and the escrow takes a position out of its owner's hands only by his own call.
    function test_C56_SharesGiveNoVotes() external {
        uint256 shares = _deposit(alice, 1_000e6);
        (bool hasVotes, ) = address(fund).staticcall(abi.encodeWithSignature("getVotes(address)", alice));
        assertFalse(hasVotes);
        vm.prank(bob);
        vm.expectRevert(abi.encodeWithSelector(IInsuranceFund.FundNoTicket.selector, bob));
        fund.cancelExit();
        assertEq(fund.balanceOf(alice), shares);
    }

    /// @dev No role stops an exit that is ripe, and the DAO's settings touch no pending ticket.
    function test_C58_NoRoleTouchesAPendingExit() external {
        uint256 shares = _deposit(alice, 1_000e6);
        _requestExit(alice, shares);
        ExitTicket memory before = fund.exitTicket(alice);
        FundSettings memory slower = _settings();
        slower.coolDownSec = 90 days;
        fund.setSettings(slower);
        assertEq(fund.exitTicket(alice).from, before.from);
        vm.warp(before.from);
        assertEq(_redeem(alice, shares), 1_000e6);
    }
}
