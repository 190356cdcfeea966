// SPDX-License-Identifier: MIT
pragma solidity 0.8.30;

import {console} from "@chainlink/contracts/src/v0.8/vendor/forge-std/src/console.sol";
import {IOptionVaultCore} from "../../../contracts/interfaces/IOptionVaultCore.sol";
import {CoverFixture} from "./CoverFixture.sol";

/// @title Gas of settlement in steady state: cold storage, a writer and a keeper who have claims already, bounty set
/// @notice Execution + 21 000 + calldata, less refunds. The risk oracle is the double; the real one adds its own words.
contract SettlementGasTest is CoverFixture {
    uint256 private constant TX_GAS = 21_000;
    /// @dev EIP-3529: a cleared word gives back this much, all together at most a fifth of what was used.
    uint256 private constant CLEARED_WORD = 4_800;

    function _measure(address from, bytes memory data, uint256 cleared) private returns (uint256 used) {
        address[5] memory touched = [
            address(vault),
            address(longs),
            address(oracle),
            address(quote),
            address(settlement)
        ];
        for (uint256 i = 0; i < touched.length; ++i) vm.cool(touched[i]);
        used = TX_GAS;
        for (uint256 i = 0; i < data.length; ++i) used += data[i] == 0 ? 4 : 16;
        vm.prank(from);
        uint256 before = gasleft();
        (bool ok, ) = address(vault).call(data);
        used += before - gasleft();
        assertTrue(ok);
        uint256 refund = cleared * CLEARED_WORD;
        used -= refund < used / 5 ? refund : used / 5;
    }

    function test_GasOfSettlement() external {
        _setBounty(address(quote), 2e6);
        for (uint256 i = 0; i < 54; ++i) _open(put, ONE / 10, 4_000e6);
        _expireAt(30_000e8);
        // The first brings the price into the series and the claims of writer and keeper into being.
        vm.prank(keeper);
        vault.settle(_ids(1));
        // Each position clears its word here and one at the oracle.
        uint256 alone = _measure(keeper, abi.encodeCall(IOptionVaultCore.settle, (_ids(2))), 2);
        uint256[] memory ids = new uint256[](50);
        for (uint256 i = 0; i < 50; ++i) ids[i] = 3 + i;
        uint256 batch = _measure(keeper, abi.encodeCall(IOptionVaultCore.settle, (ids)), 100);
        vault.settle(_ids(53));
        vault.settle(_ids(54));
        _giveLongs(liquidator, put, ONE);
        bytes memory data = abi.encodeCall(IOptionVaultCore.redeem, (put, ONE, holder));
        uint256 redeem = _measure(holder, data, 0);
        console.log("settle 1", alone);
        console.log("settle 50, each", batch / 50);
        console.log("redeem", redeem);
        assertLe(alone, 68_000);
        assertLe(batch / 50, 21_000);
        assertLe(redeem, 66_000);
    }
}
