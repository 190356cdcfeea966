// SPDX-License-Identifier: MIT
pragma solidity 0.8.30;

import {IERC6909Metadata} from "@openzeppelin/contracts/interfaces/IERC6909.sol";
import {IOptionVaultLog} from "../../../contracts/interfaces/IOptionVaultLog.sol";
import {IPositionSource} from "../../../contracts/interfaces/IPositionSource.sol";
import {
    ClassGrid,
    LiquidationSettings,
    Market,
    MarketCaps,
    MarketValves
} from "../../../contracts/types/VaultTypes.sol";
import {VaultFixture} from "./VaultFixture.sol";

/// @notice given markets and positions / when they are read or set wrongly / they say what they are, or why not.
contract VaultReadsTest is VaultFixture {
    uint24 private constant NONE = 99;

    function _refusesUnknown() private {
        vm.expectRevert(abi.encodeWithSelector(IOptionVaultLog.VaultMarketUnknown.selector, NONE));
    }

    function test_RevertWhen_TheMarketIsUnknown() external {
        _refusesUnknown();
        vault.market(NONE);
        _refusesUnknown();
        vault.marketCaps(NONE, true);
        _refusesUnknown();
        vault.updateMarket(NONE, true, MIN_BASE, MIN_QUOTE);
        _refusesUnknown();
        vault.stopMarket(NONE);
        _refusesUnknown();
        vault.setMarketCaps(NONE, true, MarketCaps(1, 1, 1, 1));
        _refusesUnknown();
        vault.setClassGrid(NONE, _grid());
        vm.expectRevert(abi.encodeWithSelector(IOptionVaultLog.VaultMarketUnknown.selector, 0));
        vault.setClassGrid(0, _grid());
    }

    function test_RevertWhen_AMinimumIsZero() external {
        bytes memory invalid = abi.encodeWithSelector(
            IOptionVaultLog.VaultMarketInvalid.selector,
            address(base),
            address(quote)
        );
        vm.expectRevert(invalid);
        vault.updateMarket(MARKET, true, 0, MIN_QUOTE);
        vm.expectRevert(invalid);
        vault.updateMarket(MARKET, true, MIN_BASE, 0);
    }

    function test_RevertWhen_EdgesOfTheGridFall() external {
        ClassGrid memory grid = _grid();
        (grid.tenorEdgesSec[0], grid.tenorEdgesSec[1]) = (grid.tenorEdgesSec[1], grid.tenorEdgesSec[0]);
        vm.expectRevert(abi.encodeWithSelector(IOptionVaultLog.VaultClassGridInvalid.selector, MARKET));
        vault.setClassGrid(MARKET, grid);
        grid = _grid();
        grid.moneynessEdgesBps[1] = grid.moneynessEdgesBps[0] - 1;
        vm.expectRevert(abi.encodeWithSelector(IOptionVaultLog.VaultClassGridInvalid.selector, MARKET));
        vault.setClassGrid(MARKET, grid);
    }

    function test_MarketsReadAsTheyWereSet() external {
        assertEq(vault.marketCount(), 1);
        vault.updateMarket(MARKET, false, MIN_BASE + 1, MIN_QUOTE + 2);
        Market memory found = vault.market(MARKET);
        assertEq(found.base, address(base));
        assertEq(found.quote, address(quote));
        assertEq(found.minBase, MIN_BASE + 1);
        assertEq(found.minQuote, MIN_QUOTE + 2);
        assertEq(found.baseDecimals, 8);
        assertEq(found.quoteDecimals, 6);
        assertFalse(found.live);
        vault.setMarketCaps(MARKET, false, MarketCaps(1, 2, 3, 4));
        assertEq(abi.encode(vault.marketCaps(MARKET, false)), abi.encode(MarketCaps(1, 2, 3, 4)));
    }

    function test_ValvesReadZeroOutsideTheirWindow() external {
        (, uint64 flaggedE8, uint64 liquidatedE8) = vault.marketValves(MARKET);
        assertEq(uint256(flaggedE8) + liquidatedE8, 0);
        vault.setMarketValves(MARKET, MarketValves(type(uint64).max, type(uint64).max, 1 days));
        uint256 id = _openAtRequirement(put, ONE);
        // Healthy at the ρ of before the window: the flag is caused by parameters.
        oracle.setParams(address(vault), id, 10_000, 2_000);
        oracle.setRhoBefore(address(vault), id, 100);
        vault.flag(id);
        MarketValves memory valves;
        (valves, flaggedE8, ) = vault.marketValves(MARKET);
        assertEq(valves.windowSec, 1 days);
        assertEq(flaggedE8, SPOT);
        vm.warp(block.timestamp + 1 days);
        (, flaggedE8, ) = vault.marketValves(MARKET);
        assertEq(flaggedE8, 0);
    }

    function test_PositionsAreDescribedInOrder() external {
        uint256[] memory ids = new uint256[](2);
        ids[1] = _openAtRequirement(put, ONE);
        ids[0] = _openAtRequirement(call, 2 * ONE);
        IPositionSource.PositionView[] memory views = vault.describePositions(ids);
        assertEq(views.length, 2);
        assertEq(views[0].seriesId, call);
        assertEq(views[0].sizeE8, 2 * ONE);
        assertEq(abi.encode(views[1]), abi.encode(vault.describePosition(ids[1])));
    }

    function test_LongsHaveNameSymbolAndTheSizesDecimals() external view {
        IERC6909Metadata token = IERC6909Metadata(address(longs));
        assertEq(token.name(put), "Plimsoll option");
        assertEq(token.symbol(put), "PLIM");
        assertEq(token.decimals(put), 8);
    }

    /// @dev A bounty is taken from equity only, and rounds down to nothing.
    function test_NoBountyWithoutEquity() external {
        LiquidationSettings memory settings = _settings();
        settings.flagBountyBps = 100;
        vault.setLiquidationSettings(settings);
        uint256 id = _openAtRequirement(put, ONE);
        _setPrice(10_000e8);
        uint128 before = vault.describePosition(id).collateral;
        vm.prank(liquidator);
        assertEq(vault.flag(id), 0);
        assertEq(vault.describePosition(id).collateral, before);
        assertEq(vault.claimable(address(quote), liquidator), 0);
    }
}
