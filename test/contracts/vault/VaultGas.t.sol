// SPDX-License-Identifier: MIT
pragma solidity 0.8.30;

import {console} from "@chainlink/contracts/src/v0.8/vendor/forge-std/src/console.sol";
import {IOptionVaultCore} from "../../../contracts/interfaces/IOptionVaultCore.sol";
import {VaultFixture} from "./VaultFixture.sol";

/// @title Gas of the main calls with cold storage: execution + 21 000 + calldata, before refunds
/// @notice The risk oracle is the double; the real one adds its own storage words.
contract VaultGasTest is VaultFixture {
    uint128 private constant COLLATERAL = 19_800e6;
    uint256 private constant TX_GAS = 21_000;

    function _measure(string memory label, address from, bytes memory data, uint256 limit) private {
        address[8] memory touched = [
            address(vault),
            address(longs),
            address(oracle),
            address(guard),
            address(feed),
            feed.phaseAggregators(1),
            address(quote),
            address(settlement)
        ];
        for (uint256 i = 0; i < touched.length; ++i) vm.cool(touched[i]);
        uint256 intrinsic = TX_GAS;
        for (uint256 i = 0; i < data.length; ++i) intrinsic += data[i] == 0 ? 4 : 16;
        vm.prank(from);
        uint256 before = gasleft();
        (bool ok, ) = address(vault).call(data);
        uint256 used = before - gasleft() + intrinsic;
        assertTrue(ok);
        console.log(label, used);
        assertLe(used, limit);
    }

    function test_GasOfTheMainCalls() external {
        _measure(
            "open, first of a series",
            writer,
            abi.encodeCall(IOptionVaultCore.open, (put, ONE, COLLATERAL, holder)),
            300_000
        );
        _measure("open, next", writer, abi.encodeCall(IOptionVaultCore.open, (put, ONE, COLLATERAL, holder)), 270_000);
        _measure("add collateral", writer, abi.encodeCall(IOptionVaultCore.addCollateral, (1, 1)), 80_000);
        _giveLongs(liquidator, put, ONE / 2);
        vm.warp(START + COOL_OFF);
        _setPrice(57_000e8);
        _measure("flag", liquidator, abi.encodeCall(IOptionVaultCore.flag, (1)), 90_000);
        _measure(
            "liquidate, part",
            liquidator,
            abi.encodeCall(IOptionVaultCore.liquidate, (1, ONE / 10, 0, "")),
            150_000
        );
        _expireAt(50_000e8);
        uint256[] memory ids = _ids(1);
        _measure("settle 1", liquidator, abi.encodeCall(IOptionVaultCore.settle, (ids)), 200_000);
        ids[0] = 2;
        _measure("settle 1, last of the series", liquidator, abi.encodeCall(IOptionVaultCore.settle, (ids)), 120_000);
        _measure("redeem", holder, abi.encodeCall(IOptionVaultCore.redeem, (put, ONE / 2, holder)), 100_000);
        _measure("claim", writer, abi.encodeCall(IOptionVaultCore.claim, (address(quote), writer)), 80_000);
    }
}
