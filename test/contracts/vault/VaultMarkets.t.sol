// SPDX-License-Identifier: MIT
pragma solidity 0.8.30;

import {IOptionVaultLog} from "../../../contracts/interfaces/IOptionVaultLog.sol";
import {ClassGrid, LiquidationSettings, Market} from "../../../contracts/types/VaultTypes.sol";
import {VaultFixture} from "./VaultFixture.sol";

/// @title Markets, class grids and liquidation settings
contract VaultMarketsTest is VaultFixture {
    function test_RevertWhen_SettingsAreOutOfRange() external {
        for (uint256 i = 0; i < 8; ++i) {
            LiquidationSettings memory s = _settings();
            if (i == 0) s.orderlySec = 59;
            if (i == 1) s.orderlySec = 1 days + 1;
            if (i == 2) s.lateSec = 59;
            if (i == 3) s.lateSec = 7 days + 1;
            if (i == 4) s.coolOffSec = T1 + 1;
            if (i == 5) s.flagLifeSec = T1 + T2 - 1;
            if (i == 6) s.targetHealthBps = 10_000;
            if (i == 7) s.targetHealthBps = 20_001;
            vm.expectRevert(abi.encodeWithSelector(IOptionVaultLog.VaultSettingsInvalid.selector, s));
            vault.setLiquidationSettings(s);
        }
    }

    function test_RevertWhen_MarketOrGridIsInvalid() external {
        vm.expectPartialRevert(IOptionVaultLog.VaultMarketInvalid.selector);
        vault.addMarket(address(base), address(base), 1, 1);
        vm.expectPartialRevert(IOptionVaultLog.VaultMarketInvalid.selector);
        vault.addMarket(address(base), address(quote), 0, 1);
        ClassGrid memory grid = _grid();
        (grid.moneynessEdgesBps[0], grid.moneynessEdgesBps[1]) = (11_000, 9_000);
        vm.expectRevert(abi.encodeWithSelector(IOptionVaultLog.VaultClassGridInvalid.selector, MARKET));
        vault.setClassGrid(MARKET, grid);
        grid = _grid();
        grid.classIds[4 + 1] = 0;
        vault.setClassGrid(MARKET, grid);
        vm.expectRevert(abi.encodeWithSelector(IOptionVaultLog.VaultClassUnset.selector, MARKET, 5));
        vault.classFor(put);
        Market memory stored = vault.market(MARKET);
        assertEq(stored.baseDecimals, 8);
        assertEq(stored.quoteDecimals, 6);
    }

    function test_ClassFollowsMoneynessAndTenor() external {
        assertEq(vault.classFor(put), 5);
        // K/S = 1.1 is far out of the money for the call, far in for the put.
        assertEq(vault.classFor(vault.seriesIdOf(MARKET, 66_000e8, EXPIRY, false)), 8);
        assertEq(vault.classFor(vault.seriesIdOf(MARKET, 67_000e8, EXPIRY, true)), 2);
        assertEq(vault.classFor(vault.seriesIdOf(MARKET, STRIKE, EXPIRY + 7 days, true)), 6);
        vm.warp(EXPIRY - 1 days + 1);
        _setPrice(SPOT);
        assertEq(vault.classFor(put), 4);
    }
}
