// SPDX-License-Identifier: MIT
pragma solidity 0.8.30;

import {IOptionVaultLog} from "../../../contracts/interfaces/IOptionVaultLog.sol";
import {ClassGrid, LiquidationSettings, Market, MarketCaps} from "../../../contracts/types/VaultTypes.sol";
import {VaultFixture} from "./VaultFixture.sol";

/// @title Markets, class grids and liquidation settings
contract VaultMarketsTest is VaultFixture {
    function test_RevertWhen_SettingsAreOutOfRange() external {
        for (uint256 i = 0; i < 9; ++i) {
            LiquidationSettings memory s = _settings();
            if (i == 0) s.orderlySec = 59;
            if (i == 1) s.orderlySec = 1 days + 1;
            if (i == 2) s.lateSec = 59;
            if (i == 3) s.lateSec = 7 days + 1;
            if (i == 4) s.coolOffSec = T1 + 1;
            if (i == 5) s.flagLifeSec = T1 + T2 - 1;
            if (i == 6) s.targetHealthBps = 10_000;
            if (i == 7) s.targetHealthBps = 20_001;
            if (i == 8) s.flagBountyBps = 101;
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
        assertEq(keccak256(abi.encode(vault.classGrid(MARKET))), keccak256(abi.encode(grid)));
        assertEq(keccak256(abi.encode(vault.liquidationSettings())), keccak256(abi.encode(_settings())));
    }

    function test_RevertWhen_ACapWouldBeExceeded() external {
        vm.expectRevert(abi.encodeWithSelector(IOptionVaultLog.VaultMarketUnknown.selector, 2));
        vault.setMarketCaps(2, true, MarketCaps(1, 1, 1, 1));
        uint256 id = _open(put, ONE, 19_800e6);
        MarketCaps[4] memory caps = [
            MarketCaps(2 * uint64(ONE) - 1, type(uint104).max, type(uint64).max, 2),
            MarketCaps(type(uint64).max, 2 * 19_800e6 - 1, type(uint64).max, 2),
            MarketCaps(type(uint64).max, type(uint104).max, uint64(ONE) - 1, 2),
            MarketCaps(type(uint64).max, type(uint104).max, type(uint64).max, 1)
        ];
        for (uint256 i = 0; i < 4; ++i) {
            vault.setMarketCaps(MARKET, true, caps[i]);
            assertEq(keccak256(abi.encode(vault.marketCaps(MARKET, true))), keccak256(abi.encode(caps[i])));
            vm.expectRevert(abi.encodeWithSelector(IOptionVaultLog.VaultCapExceeded.selector, put, caps[i]));
            _open(put, ONE, 19_800e6);
            if (i == 3) continue;
            vm.expectPartialRevert(IOptionVaultLog.VaultCapExceeded.selector);
            vm.prank(writer);
            vault.mintMore(id, ONE, 19_800e6, holder);
        }
        // Calls have caps of their own, and closing asks for none.
        _open(call, ONE, 0.33e8);
        vault.setMarketCaps(MARKET, true, MarketCaps(0, 0, 0, 0));
        _giveLongs(writer, put, ONE);
        vm.prank(writer);
        vault.close(id, ONE, 0);
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
