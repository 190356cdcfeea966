// SPDX-License-Identifier: MIT
pragma solidity 0.8.30;

import {IOptionVaultLog} from "../../../contracts/interfaces/IOptionVaultLog.sol";
import {FundTerms, LiquidationSettings, MarketValves, TakeOver} from "../../../contracts/types/VaultTypes.sol";
import {HandlerReport} from "../helpers/HandlerStats.sol";
import {CoverFixture} from "./CoverFixture.sol";
import {RoundTripHandler} from "./RoundTripHandler.sol";
import {TripWorld} from "./RoundTripLedger.sol";

/// @title Invariant 11: at one price no round trip gains, whoever plays both sides of it
contract RoundTripsTest is CoverFixture {
    /// @dev Odd to the last digit, so that everything rounds.
    uint64 private constant ODD_STRIKE = 60_137.13579111e8;

    RoundTripHandler private handler;
    address private bystander = makeAddr("bystander");
    uint256[4] private seriesIds;

    function setUp() public override {
        super.setUp();
        seriesIds = [
            vault.seriesIdOf(MARKET, ODD_STRIKE, EXPIRY, true),
            vault.seriesIdOf(MARKET, ODD_STRIKE, EXPIRY, false),
            vault.seriesIdOf(MARKET, 71_828.18284591e8, EXPIRY, true),
            vault.seriesIdOf(MARKET, 52_718.28182847e8, EXPIRY, false)
        ];
        // The least collateral of one unit lets single units be written.
        vault.updateMarket(MARKET, true, 1, 1);
        vault.setMarketValves(MARKET, MarketValves(type(uint64).max, type(uint64).max, 1 days));
        vault.setFund(address(quote), FundTerms(address(fund), 500, 7));
        _setBounty(address(base), 3);
        LiquidationSettings memory settings = _settings();
        settings.flagBountyBps = 50;
        vault.setLiquidationSettings(settings);
        TripWorld memory world;
        (world.vault, world.feed, world.settlement, world.oracle) = (vault, feed, settlement, oracle);
        (world.actors, world.bystander) = ([writer, holder, liquidator], bystander);
        (world.seriesIds, world.expiry) = (seriesIds, EXPIRY);
        handler = new RoundTripHandler(world);
        _fund(bystander);
        _setPrice(handler.priceE8());
        for (uint256 i = 0; i < 4; ++i) _openBeside(seriesIds[i]);
        targetContract(address(handler));
        bytes4[] memory selectors = new bytes4[](1);
        selectors[0] = RoundTripHandler.step.selector;
        targetSelector(FuzzSelector(address(handler), selectors));
        feed.transferOwnership(address(handler));
    }

    /// @dev The handler compares at every call, in exact fractions.
    function invariant_11_RoundTripsAtOnePriceNeverGain() external view {
        assertEq(handler.broken(), "");
    }

    function afterInvariant() external {
        HandlerReport.add("RoundTripHandler", handler.tallies());
    }

    function testFuzz_11_OpeningAndClosing(uint64 priceE8, uint64 sizeE8, uint64 part, bool isPut) external {
        (uint256 seriesId, uint256 tokens) = _begin(priceE8, isPut);
        sizeE8 = uint64(bound(sizeE8, 2, 100e8));
        uint256 id = _openAtRequirement(seriesId, sizeE8);
        vm.prank(holder);
        longs.transfer(writer, seriesId, sizeE8);
        uint128 share = uint128(bound(part, 1, sizeE8 - 1));
        vm.startPrank(writer);
        vault.close(id, share, uint128((uint256(_collateralOf(id)) * share) / sizeE8));
        vault.close(id, sizeE8 - share, 0);
        vm.stopPrank();
        assertEq(_tokens(isPut), tokens);
    }

    function testFuzz_11_AddingAndRemoving(uint64 priceE8, uint64 sizeE8, uint64 amount, bool isPut) external {
        (uint256 seriesId, uint256 tokens) = _begin(priceE8, isPut);
        uint256 id = _openAtRequirement(seriesId, uint64(bound(sizeE8, 1, 100e8)));
        uint256 collateral = _collateralOf(id);
        amount = uint64(bound(amount, 1, 100e8));
        vm.startPrank(writer);
        vault.addCollateral(id, amount);
        vm.expectPartialRevert(IOptionVaultLog.VaultCollateralTooLow.selector);
        vault.removeCollateral(id, amount + 1, writer);
        vault.removeCollateral(id, amount, writer);
        assertEq(_tokens(isPut), tokens - collateral);
        vm.stopPrank();
    }

    function testFuzz_11_WritingAndRedeeming(uint64 priceE8, uint64 sizeE8, uint64 part, bool isPut) external {
        (uint256 seriesId, uint256 tokens) = _begin(priceE8, isPut);
        sizeE8 = uint64(bound(sizeE8, 2, 100e8));
        part = uint64(bound(part, 1, sizeE8 - 1));
        // Two positions round twice.
        _openAtRequirement(seriesId, part);
        _openAtRequirement(seriesId, sizeE8 - part);
        handler.expire();
        _settleAll();
        for (uint256 i = 0; i < 3; ++i) _redeem(holder, seriesId, sizeE8 / 4);
        _redeemAll(holder, seriesId);
        assertLe(_tokens(isPut), tokens);
        // What rounding keeps: at most a unit a settlement and a redemption, and a settler's bounty.
        assertGe(_tokens(isPut) + 6 + 2 * 7, tokens);
    }

    function testFuzz_11_TakingOverAndClosing(uint64 priceE8, uint64 sizeE8, uint64 wait, uint16 pi) external {
        (uint256 seriesId, uint256 tokens) = _begin(priceE8, true);
        uint256 id = _openAtRequirement(seriesId, uint64(bound(sizeE8, 1e4, 100e8)));
        oracle.setParams(address(vault), id, 10_000, uint16(bound(pi, 0, 9_000)));
        if (vault.healthOf(id) >= 1e18) return;
        vm.prank(liquidator);
        vault.flag(id);
        vm.warp(block.timestamp + bound(wait, COOL_OFF, T1 + T2));
        handler.setPrice(handler.priceE8());
        _giveLongs(liquidator, seriesId, _sizeOf(id));
        vm.startPrank(liquidator);
        (uint256 into, uint128 taken, ) = vault.takeOver(TakeOver(id, type(uint128).max, 0, type(uint128).max, 0, ""));
        vault.close(into, taken, 0);
        vm.stopPrank();
        uint128 rest = _sizeOf(id);
        if (rest != 0) {
            vm.prank(liquidator);
            longs.transfer(writer, seriesId, rest);
            vm.prank(writer);
            vault.close(id, rest, 0);
        }
        // The three are as rich as before but for what the fund earned.
        assertEq(_tokens(true) + vault.claimable(address(quote), address(fund)), tokens);
    }

    /// @dev A price, and what the three have in tokens and claims.
    function _begin(uint64 priceE8, bool isPut) private returns (uint256 seriesId, uint256 tokens) {
        handler.setPrice(uint64(bound(priceE8, 20_000e8, 200_000e8)));
        return (seriesIds[isPut ? 0 : 1], _tokens(isPut));
    }

    function _tokens(bool isPut) private view returns (uint256 sum) {
        address token = isPut ? address(quote) : address(base);
        address[3] memory actors = [writer, holder, liquidator];
        for (uint256 i = 0; i < 3; ++i) {
            sum += (isPut ? quote : base).balanceOf(actors[i]) + vault.claimable(token, actors[i]);
        }
    }

    /// @dev With full collateral, so that no price lets the bystander owe more than there is; longs stay with him too.
    function _openBeside(uint256 seriesId) private {
        uint128 full = seriesId & 1 == 1 ? 300_000e6 : 4 * ONE;
        vm.prank(bystander);
        vault.open(seriesId, 3 * ONE + 1, full, bystander);
    }
}
