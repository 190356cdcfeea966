// SPDX-License-Identifier: MIT
pragma solidity 0.8.30;

import {IERC20} from "@openzeppelin/contracts/token/ERC20/IERC20.sol";
import {IOptionToken} from "../../../contracts/interfaces/IOptionToken.sol";
import {IOptionVault} from "../../../contracts/interfaces/IOptionVault.sol";
import {IVaultLiquidator} from "../../../contracts/interfaces/IVaultLiquidator.sol";
import {TakeOver} from "../../../contracts/types/VaultTypes.sol";

/// @title A liquidator without means: it buys longs from a seller in the callback, or tries to re-enter
contract LiquidatorDouble is IVaultLiquidator {
    IOptionVault private immutable _VAULT;
    address private immutable _SELLER;
    bytes public attack;
    bytes4 public answer;
    uint256 public amountSeen;

    constructor(IOptionVault vault, address seller) {
        (_VAULT, _SELLER) = (vault, seller);
    }

    function arm(bytes calldata call) external {
        attack = call;
    }

    function approve(IERC20 token) external {
        token.approve(address(_VAULT), type(uint256).max);
    }

    function burn(uint256 id, uint128 sizeE8, bytes calldata data) external returns (uint128 closed, uint128 payout) {
        return _VAULT.liquidate(id, sizeE8, 0, data);
    }

    function takeOver(TakeOver calldata order) external returns (uint256 intoId, uint128 sizeE8, uint128 topUp) {
        return _VAULT.takeOver(order);
    }

    function onLiquidation(uint256, uint256 seriesId, uint128 sizeE8, uint256 amount, bytes calldata) external {
        amountSeen = amount;
        if (attack.length != 0) {
            (bool ok, bytes memory result) = address(_VAULT).call(attack);
            require(!ok, "re-entered");
            answer = bytes4(result);
        }
        IOptionToken token = _VAULT.TOKEN();
        if (token.allowance(_SELLER, address(this), seriesId) != 0) {
            token.transferFrom(_SELLER, address(this), seriesId, sizeE8);
        }
    }
}
