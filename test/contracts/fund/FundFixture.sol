// SPDX-License-Identifier: MIT
pragma solidity 0.8.30;

import {Test} from "@chainlink/contracts/src/v0.8/vendor/forge-std/src/Test.sol";
import {PlimsollAccessManager} from "../../../contracts/governance/PlimsollAccessManager.sol";
import {TestToken} from "../../../contracts/local/TestToken.sol";
import {FundSettings} from "../../../contracts/types/FundTypes.sol";
import {InsuranceFund} from "../../../contracts/vault/InsuranceFund.sol";
import {CoverDriver} from "./CoverDriver.sol";

/// @title A fund with two funded LPs, driven by a contract in the vault's place
abstract contract FundFixture is Test {
    /// @dev 5 January 2026, 12:00 UTC: hours after an expiry.
    uint256 internal constant NOON = 1_767_614_400;
    uint32 internal constant COOL_DOWN = 9 days;
    uint32 internal constant EXIT_WINDOW = 1 days;
    uint32 internal constant SETTLEMENT_WINDOW = 2 hours;
    uint256 internal constant SHARE_UNIT = 1e6;

    address internal alice = makeAddr("alice");
    address internal bob = makeAddr("bob");
    TestToken internal token;
    address internal authority;
    CoverDriver internal driver;
    InsuranceFund internal fund;

    function setUp() public virtual {
        vm.warp(NOON);
        token = new TestToken("Test Dollar", "tUSD", 6, address(this));
        authority = address(new PlimsollAccessManager(address(this), 1 days, 1 hours));
        driver = new CoverDriver(token);
        fund = new InsuranceFund(authority, address(driver), token, _settings(), "Plimsoll cover tUSD", "pcUSD");
        driver.setFund(fund);
        _fundAccount(alice);
        _fundAccount(bob);
        token.mint(address(driver), 1e15);
    }

    function _settings() internal pure returns (FundSettings memory) {
        return FundSettings(COOL_DOWN, EXIT_WINDOW, SETTLEMENT_WINDOW, 5_000, 1_000);
    }

    function _fundAccount(address account) private {
        token.mint(account, 1e15);
        vm.prank(account);
        token.approve(address(fund), type(uint256).max);
    }

    function _deposit(address account, uint256 assets) internal returns (uint256 shares) {
        vm.prank(account);
        return fund.deposit(assets, account);
    }

    function _requestExit(address account, uint256 shares) internal {
        vm.prank(account);
        fund.requestExit(shares);
    }

    /// @dev All of the account's shares, ripe.
    function _ripen(address account) internal {
        _requestExit(account, fund.balanceOf(account));
        vm.warp(fund.exitTicket(account).from);
    }

    function _redeem(address account, uint256 shares) internal returns (uint256 assets) {
        vm.prank(account);
        return fund.redeem(shares, account, account);
    }
}
