// SPDX-License-Identifier: MIT
pragma solidity 0.8.30;

import {FundSettings} from "../../../contracts/types/FundTypes.sol";
import {FundTerms} from "../../../contracts/types/VaultTypes.sol";
import {InsuranceFund} from "../../../contracts/vault/InsuranceFund.sol";
import {VaultFixture} from "./VaultFixture.sol";

/// @title The vault's fixture with a fund of the quote token and one LP
abstract contract CoverFixture is VaultFixture {
    uint256 internal constant DEPOSIT = 200_000e6;

    address internal lp = makeAddr("lp");
    address internal keeper = makeAddr("keeper");
    InsuranceFund internal fund;

    function setUp() public virtual override {
        super.setUp();
        fund = new InsuranceFund(authority, address(vault), quote, _fundSettings(), "Plimsoll cover", "pcUSD");
        _setFund(address(fund));
        _fund(lp);
        vm.startPrank(lp);
        quote.approve(address(fund), type(uint256).max);
        fund.deposit(DEPOSIT, lp);
        vm.stopPrank();
    }

    function _fundSettings() internal pure returns (FundSettings memory) {
        return FundSettings(9 days, 1 days, 30 minutes, 5_000, 1_000);
    }

    /// @dev Of the quote token, without a share of liquidations; the bounty stays.
    function _setFund(address newFund) internal {
        vault.setFund(address(quote), FundTerms(newFund, 0, vault.fundOf(address(quote)).settleBounty));
    }

    function _setBounty(address token, uint80 bounty) internal {
        vault.setFund(token, FundTerms(vault.fundOf(token).fund, 0, bounty));
    }

    function _redeem(address account, uint256 seriesId, uint256 amountE8) internal returns (uint256 payout) {
        vm.prank(account);
        return vault.redeem(seriesId, uint128(amountE8), account);
    }

    function _redeemAll(address account, uint256 seriesId) internal returns (uint256 payout) {
        return _redeem(account, seriesId, longs.balanceOf(account, seriesId));
    }

    /// @dev As little collateral as the vault takes, and up to `extra` more.
    function _openThin(uint128 sizeE8, uint256 extra) internal returns (uint256 positionId) {
        (uint256 required, , ) = vault.requiredCollateral(put, sizeE8);
        return _open(put, sizeE8, uint128(required + extra));
    }

    /// @dev A put that is short of `missing` when it settles at `priceE8`.
    function _putShortOf(uint128 sizeE8, uint64 priceE8, uint256 missing) internal returns (uint256 positionId) {
        uint256 owed = (uint256(sizeE8) * (STRIKE - priceE8)) / 1e10;
        return _open(put, sizeE8, uint128(owed - missing));
    }

    function _settleAll() internal {
        uint256 count = vault.positionCount();
        uint256[] memory ids = new uint256[](count);
        for (uint256 i = 0; i < count; ++i) ids[i] = i + 1;
        vm.prank(keeper);
        vault.settle(ids);
    }
}
