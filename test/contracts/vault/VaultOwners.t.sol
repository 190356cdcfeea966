// SPDX-License-Identifier: MIT
pragma solidity 0.8.30;

import {IERC20Permit} from "@openzeppelin/contracts/token/ERC20/extensions/IERC20Permit.sol";
import {IOptionVaultCore} from "../../../contracts/interfaces/IOptionVaultCore.sol";
import {IOptionVaultLog} from "../../../contracts/interfaces/IOptionVaultLog.sol";
import {IOptionVaultOwners} from "../../../contracts/interfaces/IOptionVaultOwners.sol";
import {FundTerms, LiquidationQuote, TakeOver} from "../../../contracts/types/VaultTypes.sol";
import {PermitToken} from "./HostileTokens.sol";
import {VaultFixture} from "./VaultFixture.sol";

/// @title Operators, transfers, classes, permits, take-overs and the fund's share
contract VaultOwnersTest is VaultFixture {
    uint128 private constant COLLATERAL = 19_800e6;
    uint256 private id;

    function setUp() public override {
        super.setUp();
        id = _open(put, ONE, COLLATERAL);
    }

    function test_RevertWhen_AnOperatorRedirects() external {
        vm.prank(writer);
        vault.setOperator(liquidator, true);
        vm.startPrank(liquidator);
        vm.expectPartialRevert(IOptionVaultLog.VaultOperatorRedirects.selector);
        vault.removeCollateral(id, 1, liquidator);
        vm.expectPartialRevert(IOptionVaultLog.VaultOperatorRedirects.selector);
        vault.mintMore(id, ONE, COLLATERAL, liquidator);
        vm.expectPartialRevert(IOptionVaultLog.VaultNotOwner.selector);
        vault.offerPosition(id, liquidator);
        vm.stopPrank();
    }

    function test_AnOperatorActsForTheOwnersBenefit() external {
        vm.prank(writer);
        vault.setOperator(liquidator, true);
        assertTrue(vault.isOperator(writer, liquidator));
        _giveLongs(liquidator, put, ONE / 2);
        uint256 before = quote.balanceOf(writer);
        vm.startPrank(liquidator);
        vault.mintMore(id, ONE, COLLATERAL + 100e6, writer);
        vault.removeCollateral(id, 100e6, writer);
        vault.close(id, ONE / 2, COLLATERAL / 2);
        vm.stopPrank();
        assertEq(quote.balanceOf(writer) - before, 100e6 + COLLATERAL / 2);
        assertEq(longs.balanceOf(writer, put), ONE);
        vm.prank(writer);
        vault.setOperator(liquidator, false);
        vm.expectPartialRevert(IOptionVaultLog.VaultNotOwner.selector);
        vm.prank(liquidator);
        vault.close(id, 1, 0);
    }

    function test_APositionMovesOnlyWithConsentOfBoth() external {
        vm.expectPartialRevert(IOptionVaultLog.VaultNotOwner.selector);
        vm.prank(holder);
        vault.offerPosition(id, holder);
        vm.prank(writer);
        vault.offerPosition(id, holder);
        assertEq(vault.offeredTo(id), holder);
        vm.expectPartialRevert(IOptionVaultLog.VaultNotOffered.selector);
        vm.prank(liquidator);
        vault.acceptPosition(id);
        vm.prank(holder);
        vault.acceptPosition(id);
        assertEq(_view(id).owner, holder);
        assertEq(vault.offeredTo(id), address(0));
        vm.expectPartialRevert(IOptionVaultLog.VaultNotOwner.selector);
        vm.prank(writer);
        vault.removeCollateral(id, 1, writer);
        vm.expectPartialRevert(IOptionVaultLog.VaultNotOffered.selector);
        vm.prank(holder);
        vault.acceptPosition(id);
        _expireAt(60_000e8);
        vault.settle(_ids(id));
        assertEq(vault.claimable(address(quote), holder), COLLATERAL);
    }

    function test_RevertWhen_AcceptingAfterExpiryOrAWithdrawnOffer() external {
        vm.startPrank(writer);
        vault.offerPosition(id, holder);
        vault.offerPosition(id, address(0));
        vm.stopPrank();
        vm.startPrank(holder);
        vm.expectPartialRevert(IOptionVaultLog.VaultNotOffered.selector);
        vault.acceptPosition(id);
        vm.warp(EXPIRY);
        vm.expectPartialRevert(IOptionVaultLog.VaultSeriesExpired.selector);
        vault.acceptPosition(id);
        vm.stopPrank();
    }

    function test_AClassChangesOnlyClearOfTheEdge() external {
        // The put's class 5 is S/K from 0.9 to 1.1; 2 % beyond 1.1 it is 8.
        assertEq(_view(id).classId, 5);
        vm.expectRevert(abi.encodeWithSelector(IOptionVaultLog.VaultClassKept.selector, id, 5));
        vault.reclassify(id);
        _setPrice(67_300e8);
        vm.expectRevert(abi.encodeWithSelector(IOptionVaultLog.VaultClassKept.selector, id, 5));
        vault.reclassify(id);
        _setPrice(67_400e8);
        assertEq(vault.reclassify(id), 8);
        assertEq(_view(id).classId, 8);
        _setPrice(66_100e8);
        vm.expectPartialRevert(IOptionVaultLog.VaultClassKept.selector);
        vault.reclassify(id);
        vm.warp(EXPIRY - 1 days + 1);
        _setPrice(60_000e8);
        assertEq(vault.reclassify(id), 4);
    }

    function test_PermitAndMulticallInOneCall() external {
        PermitToken token = new PermitToken();
        uint24 market = vault.addMarket(address(base), address(token), 1, 1);
        vault.setClassGrid(market, _grid());
        guard.setFeed(market, _feedConfig());
        (address signer, uint256 key) = makeAddrAndKey("signer");
        token.mint(signer, COLLATERAL);
        (uint8 v, bytes32 r, bytes32 s) = vm.sign(
            key,
            token.digest(signer, address(vault), COLLATERAL, block.timestamp)
        );
        uint256 series = vault.seriesIdOf(market, STRIKE, EXPIRY, true);
        bytes[] memory calls = new bytes[](2);
        calls[0] = abi.encodeCall(
            IOptionVaultOwners.permit,
            (IERC20Permit(address(token)), COLLATERAL, block.timestamp, v, r, s)
        );
        calls[1] = abi.encodeCall(IOptionVaultCore.open, (series, ONE, COLLATERAL, holder));
        // Somebody used the signature before: the calls go through all the same.
        token.permit(signer, address(vault), COLLATERAL, block.timestamp, v, r, s);
        vm.prank(signer);
        bytes[] memory results = vault.multicall(calls);
        assertEq(_view(abi.decode(results[1], (uint256))).owner, signer);
        calls[0] = calls[1];
        vm.prank(signer);
        vm.expectRevert();
        vault.multicall(calls);
    }

    /// @dev Health is at least 1 on one side of the price and below on the other.
    function testFuzz_LiquidationPriceIsExact(bool isPut, uint64 strikeE8, uint128 collateral, uint16 rhoBps) external {
        uint256 series = vault.seriesIdOf(MARKET, uint64(bound(strikeE8, 1_000e8, 500_000e8)), EXPIRY, isPut);
        (uint256 required, , ) = vault.requiredCollateral(series, ONE);
        uint256 position = _open(series, ONE, uint128(bound(collateral, required, 3 * required)));
        oracle.setParams(address(vault), position, uint16(bound(rhoBps, 1, 10_000)), 0);
        uint256 edge = vault.liquidationPriceE8(position);
        (uint256 least, uint256 most) = (1e8, 10_000_000e8);
        bool isInside = edge > least && edge < most;
        if (!isInside) {
            bool always = isPut ? edge <= least : edge >= most;
            _setPrice(uint64(isPut == always ? least : most));
            if (always) assertGe(vault.healthOf(position), 1e18);
            else assertLt(vault.healthOf(position), 1e18);
            return;
        }
        _setPrice(uint64(edge));
        assertGe(vault.healthOf(position), 1e18);
        _setPrice(uint64(isPut ? edge - 1 : edge + 1));
        assertLt(vault.healthOf(position), 1e18);
    }

    function test_TakeOverMovesTheShortsAtTheBurnersPrice() external {
        vm.warp(block.timestamp + COOL_OFF);
        _setPrice(57_000e8);
        vault.flag(id);
        LiquidationQuote memory found = vault.liquidationQuote(id, ONE);
        uint256 before = quote.balanceOf(liquidator);
        TakeOver memory order;
        (order.positionId, order.maxSizeE8, order.maxTopUp) = (id, ONE, type(uint128).max);
        vm.prank(liquidator);
        (uint256 own, uint128 sizeE8, uint128 topUp) = vault.takeOver(order);
        assertEq(sizeE8, found.sizeE8);
        assertEq(_collateralOf(id), found.restCollateral);
        assertEq(before - quote.balanceOf(liquidator), topUp);
        assertEq(_collateralOf(own), found.payout + topUp);
        assertEq(_sizeOf(own), sizeE8);
        assertEq(_view(own).owner, liquidator);
        assertApproxEqAbs(vault.healthOf(own), 1.1e18, 1e12);
        assertEq(_state(put).shortOiE8, ONE);
        assertEq(_state(put).unsettledCount, 2);
        assertEq(_state(put).collateral, COLLATERAL + topUp);
        assertEq(longs.balanceOf(holder, put), ONE);
    }

    function test_RevertWhen_TakenOverIntoAStrangersOrAnotherSeries() external {
        vm.prank(liquidator);
        uint256 other = vault.open(call, ONE, 0.33e8, liquidator);
        vm.warp(block.timestamp + COOL_OFF);
        _setPrice(57_000e8);
        vault.flag(id);
        TakeOver memory order;
        (order.positionId, order.maxSizeE8, order.maxTopUp, order.intoId) = (id, ONE, type(uint128).max, other);
        vm.expectPartialRevert(IOptionVaultLog.VaultTakeOverTarget.selector);
        vm.prank(liquidator);
        vault.takeOver(order);
        vm.expectPartialRevert(IOptionVaultLog.VaultNotOwner.selector);
        vm.prank(writer);
        vault.takeOver(order);
        order.intoId = id;
        vm.expectPartialRevert(IOptionVaultLog.VaultTakeOverTarget.selector);
        vm.prank(writer);
        vault.takeOver(order);
    }

    function test_TheFundHasItsShareInTheOrderlyStageOnly() external {
        address fund = makeAddr("fund");
        vm.expectPartialRevert(IOptionVaultLog.VaultFundInvalid.selector);
        vault.setFund(address(quote), FundTerms(fund, 2_001));
        vm.expectPartialRevert(IOptionVaultLog.VaultFundInvalid.selector);
        vault.setFund(address(quote), FundTerms(address(0), 1));
        vault.setFund(address(quote), FundTerms(fund, 1_000));
        assertEq(vault.fundOf(address(quote)).fund, fund);
        vm.warp(block.timestamp + COOL_OFF);
        _setPrice(57_000e8);
        vault.flag(id);
        vm.prank(holder);
        (uint128 sizeE8, uint128 payout) = vault.liquidate(id, ONE / 100, 0, "");
        // x = 2 850 a contract, of which a tenth is the fund's.
        assertEq(sizeE8, ONE / 100);
        assertEq(payout, 58.5e6 - 2.85e6);
        assertEq(vault.claimable(address(quote), fund), 2.85e6);
        assertEq(_collateralOf(id), COLLATERAL - 58.5e6);
        vm.warp(block.timestamp + T1);
        _setPrice(57_000e8);
        assertEq(vault.liquidationQuote(id, ONE / 10).fee, 0);
    }
}
