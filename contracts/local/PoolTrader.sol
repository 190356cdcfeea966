// SPDX-License-Identifier: MIT
pragma solidity 0.8.30;

import {IERC20} from "@openzeppelin/contracts/token/ERC20/IERC20.sol";
import {SafeERC20} from "@openzeppelin/contracts/token/ERC20/utils/SafeERC20.sol";

/// @title The part of a concentrated-liquidity pool that the trader calls
/// @notice Source: docs.uniswap.org, "IUniswapV3PoolActions".
interface IConcentratedPool {
    /// @notice Adds liquidity between two ticks; the caller pays in its callback.
    function mint(
        address recipient,
        int24 tickLower,
        int24 tickUpper,
        uint128 amount,
        bytes calldata data
    ) external returns (uint256 amount0, uint256 amount1);

    /// @notice Trades up to a price limit; the caller pays in its callback.
    function swap(
        address recipient,
        bool zeroForOne,
        int256 amountSpecified,
        uint160 sqrtPriceLimitX96,
        bytes calldata data
    ) external returns (int256 amount0, int256 amount1);

    /// @notice First token, by address.
    function token0() external view returns (address);

    /// @notice Second token.
    function token1() external view returns (address);
}

/// @title Gives liquidity to pools and trades with them, from its own balance, for local networks
/// @notice Never for a public network: whoever asks for a payment in a callback is paid.
contract PoolTrader {
    using SafeERC20 for IERC20;

    /// @notice Adds liquidity that belongs to this contract.
    function mint(IConcentratedPool pool, int24 lower, int24 upper, uint128 liquidity) external {
        pool.mint(address(this), lower, upper, liquidity, "");
    }

    /// @notice Trades; asked by a call that is not sent it says what a trade would exchange.
    /// @return amount0 What was paid in of the first token, negative for what was given.
    /// @return amount1 Of the second.
    function swap(
        IConcentratedPool pool,
        bool zeroForOne,
        int256 amount,
        uint160 sqrtPriceLimitX96
    ) external returns (int256 amount0, int256 amount1) {
        return pool.swap(address(this), zeroForOne, amount, sqrtPriceLimitX96, "");
    }

    /// @notice Pays what a pool asks for new liquidity.
    function uniswapV3MintCallback(uint256 amount0, uint256 amount1, bytes calldata) external {
        IConcentratedPool pool = IConcentratedPool(msg.sender);
        IERC20(pool.token0()).safeTransfer(msg.sender, amount0);
        IERC20(pool.token1()).safeTransfer(msg.sender, amount1);
    }

    /// @notice Pays what a pool asks for a trade.
    function uniswapV3SwapCallback(int256 amount0, int256 amount1, bytes calldata) external {
        IConcentratedPool pool = IConcentratedPool(msg.sender);
        // Only a positive amount is owed, and it fits what it was converted from.
        if (amount0 > 0) IERC20(pool.token0()).safeTransfer(msg.sender, uint256(amount0));
        if (amount1 > 0) IERC20(pool.token1()).safeTransfer(msg.sender, uint256(amount1));
    }
}
